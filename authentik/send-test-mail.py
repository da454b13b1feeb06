"""Sends authentik's own test mail with its global settings, and tells what the mail server answered, as one line of JSON behind
MARK. Runs in authentik's own shell (`ak shell -c`), with the recipient in TO: `ak test_email` hands the mail to the worker, which
tries again and again, and says nothing of an answer.
"""

import json
import smtplib

from authentik.stages.email.models import EmailStage
from authentik.stages.email.utils import TemplateEmailMessage, logo_data

backend = EmailStage(use_global_settings=True).backend
told = {"server": "%s:%s" % (backend.host, backend.port)}


def text(answer):
    return answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)


try:
    message = TemplateEmailMessage(
        subject="authentik Test-Email", to=[("", TO)], template_name="email/setup.html", template_context={}
    )
    if any("cid:logo" in content for content, _ in message.alternatives):
        message.attach(logo_data())
    told["sender"] = message.from_email
    backend.open()
    send = backend.connection.data

    def data(mail):
        """Keeps the answer to the mail itself, which smtplib throws away."""
        code, answer = send(mail)
        told["answer"] = "%s %s" % (code, text(answer))
        return code, answer

    backend.connection.data = data
    backend.send_messages([message])
except smtplib.SMTPRecipientsRefused as error:
    told["refusal"] = "; ".join("%s %s" % (code, text(answer)) for code, answer in error.recipients.values())
except smtplib.SMTPResponseException as error:
    told["refusal"] = "%s %s" % (error.smtp_code, text(error.smtp_error))
except Exception as error:  # Whatever keeps it from the server.
    told["error"] = "%s: %s" % (type(error).__name__, error)

if backend.password:
    told = {name: value.replace(backend.password, "[secret]") for name, value in told.items()}
print(MARK + json.dumps(told))
