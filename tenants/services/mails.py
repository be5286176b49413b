"""Messages to people, when the operator has named a mail server."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail

from downbeat.settings.mail import NOT_SENT

log = logging.getLogger(__name__)


def send(to: str, subject: str, text: str) -> bool:
    """Whether a message left; one that did not is logged without what it says.

    Waits for the server, at most ten seconds for each of its answers: call it after the commit.
    """
    if settings.EMAIL_BACKEND == NOT_SENT:
        return False
    try:
        return bool(send_mail(subject, text, None, [to]))
    except (OSError, SMTPException) as problem:
        log.warning("a message was not sent: %s", type(problem).__name__)
        return False
