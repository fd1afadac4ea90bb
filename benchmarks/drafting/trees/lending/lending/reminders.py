"""Mails to members whose loans are due soon."""

from collections.abc import Iterable
from datetime import date, timedelta

from lending import settings
from lending.model import Loan


def due_soon(loans: Iterable[Loan], today: date) -> list[Loan]:
    limit = today + timedelta(days=settings.REMIND_DAYS_BEFORE)
    return [loan for loan in loans if today <= loan.due <= limit]


def subject(loan: Loan) -> str:
    return f"Please bring back {loan.copy} by {loan.due:%d %B}"
