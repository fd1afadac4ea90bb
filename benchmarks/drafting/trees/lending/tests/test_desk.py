from datetime import date

import pytest

from lending.desk import Refused, lend
from lending.store import Store


def test_nobody_lends_to_a_stranger():
    with pytest.raises(Refused):
        lend(Store(":memory:"), 7, "dune-1", date(2026, 3, 1))
