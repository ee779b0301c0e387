"""How to try in the playground what a tracker would send: a command for the terminal that signs and sends an event."""

# not for people: the terminal

from __future__ import annotations

import json

from bot.integrations.tracker_events import ANY_PATH


def command(address: str, workspace: str, secret: str, record: int = 1) -> str:
    """Return a command of bash, curl and openssl that closes a record, as its ticket in Jira would.

    Without a `secret`, which may be printed, it has to be in the environment.
    """
    said = {"workspace": workspace, "id": record, "status": "resolved", "by": "Ana", "comment": "Fixed in 2.1."}
    body = json.dumps(said | {"tracker": "Jira", "updated_at": "NOW"}).replace("NOW", "'$(date -u +%FT%TZ)'")
    key = secret or '"$TRIAGE_WEBHOOK_SECRET"'
    digest = f"$(printf 'v1:%s:%s' $now \"$body\" | openssl dgst -sha256 -hmac {key} | sed 's/.* //')"
    return (
        f"  body='{body}' now=$(date +%s)\n"
        f'  curl -i {address}{ANY_PATH} --data-binary "$body" -H "X-Parley-Timestamp: $now" \\\n'
        f'    -H "X-Parley-Signature: v1={digest}"'
    )
