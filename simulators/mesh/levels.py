"""Which rules of the MESH API description are held to. mesh-sandbox holds to none of these."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """Each is a rule of the description that mesh-sandbox leaves out; all on is MESH itself."""

    token_once: bool = True
    token_recent: bool = True
    inactive_mailboxes: bool = True
    workflow_permissions: bool = True
    headers_agree: bool = True  # Mex-From is the caller, Mex-MessageType is DATA
    whole_messages: bool = True  # every chunk must have arrived, not the last alone
    request_size: bool = True
    gone_once_acknowledged: bool = True
    expiry: bool = True
    route_by_patient: bool = True


MESH = Rules()
SANDBOX = Rules(**dict.fromkeys(Rules.__dataclass_fields__, False))
