"""What the desk does: lend, renew, give back."""

from datetime import date, timedelta

from lending import settings
from lending.model import Loan
from lending.store import Store


class Refused(Exception):
    """The desk says no; its text is shown to the member."""


def lend(store: Store, member: int, copy: str, today: date) -> Loan:
    if store.member(member) is None:
        raise Refused("There is no such member.")
    loan = Loan(member, copy, today + timedelta(days=settings.LOAN_DAYS))
    store.put_loan(loan)
    return loan


def renew(store: Store, loan: Loan, title: str) -> Loan:
    if store.is_reserved(title):
        raise Refused("Somebody waits for this title.")
    longer = Loan(loan.member, loan.copy, loan.due + timedelta(days=settings.LOAN_DAYS), loan.renewals + 1)
    store.put_loan(longer)
    return longer
