"""The door of the flows app: revisions, key-value pairs and files, as values."""

from __future__ import annotations

from flows.selectors.catalogue import registry
from flows.selectors.files import file, matching
from flows.selectors.keyvalues import inherited_pair, keys, pair
from flows.selectors.revisions import by_uid, published, specs
from flows.services.files import put_file
from flows.services.keyvalues import delete_pair, set_pair

__all__ = [
    "by_uid",
    "delete_pair",
    "file",
    "inherited_pair",
    "keys",
    "matching",
    "pair",
    "published",
    "put_file",
    "registry",
    "set_pair",
    "specs",
]
