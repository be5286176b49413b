"""Encryption of what must be kept secret at rest: a key for each tenant, sealed by the operator's.

    v2.<16 hex digits that name the tenant's data key>.<base64 of nonce and AES-256-GCM ciphertext>

Theory of operation. A value is sealed with its tenant's data key, and the data key is stored sealed
with the operator's first key (`master_keys`). So the operator's key is changed by sealing a handful
of data keys anew, whatever the number of values; a tenant's values open in no other tenant, whatever
their context; and a tenant whose data keys are gone is unreadable in every copy of the database.
Tokens that were sealed by an operator's key itself (`v1`) are still read.

What belongs to no tenant (second factors of people) is sealed by the operator's key itself.
"""

from __future__ import annotations

from tenants.services import data_keys, master_keys
from tenants.services.master_keys import NoKey, Undecryptable, current_key_name

__all__ = ["VERSION", "NoKey", "Undecryptable", "current_key_name", "decrypt", "encrypt"]

VERSION = "v2"


def encrypt(text: str, *, context: str = "") -> str:
    """A token that only the current tenant can read back, with the same context.

    Raises NoKey, and NoTenant where no tenant is set. The tenant's first data key is made here: it
    is kept if the transaction is.
    """
    key = data_keys.current()
    return f"{VERSION}.{key.name}.{master_keys.sealed(key.key, text.encode(), context)}"


def decrypt(token: str, *, context: str = "") -> str:
    """The text of a token of the current tenant, or of the instance; raises Undecryptable."""
    version, name, encoded = master_keys.parts(token)
    if version != VERSION:
        return master_keys.unseal(token, context=context)
    return master_keys.opened(data_keys.named(name).key, encoded, context).decode()
