"""Members, copies and loans."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Member:
    number: int
    name: str
    mail: str
    is_staff: bool = False


@dataclass(frozen=True)
class Loan:
    member: int
    copy: str
    due: date
    renewals: int = 0

    def is_overdue(self, today: date) -> bool:
        return today > self.due
