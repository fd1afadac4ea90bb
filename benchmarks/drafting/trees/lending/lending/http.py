"""The HTTP surface of the desk: JSON in, JSON out; a refusal is 409 with its text."""

import json
from datetime import date

from lending.desk import Refused, lend
from lending.store import Store


def post_loans(store: Store, body: bytes) -> tuple[int, dict[str, object]]:
    asked = json.loads(body)
    try:
        loan = lend(store, asked["member"], asked["copy"], date.today())
    except Refused as refused:
        return 409, {"error": str(refused)}
    return 201, {"copy": loan.copy, "due": loan.due.isoformat()}
