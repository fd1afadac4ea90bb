"""Settings, read from the environment once at start."""

import os

LOAN_DAYS = int(os.environ.get("LENDING_LOAN_DAYS", "28"))
REMIND_DAYS_BEFORE = int(os.environ.get("LENDING_REMIND_DAYS_BEFORE", "3"))
MAIL_FROM = os.environ.get("LENDING_MAIL_FROM", "desk@library.example")
