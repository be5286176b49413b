"""The door of the flows app: revisions, key-value pairs and files, as values."""

from __future__ import annotations

from flows.selectors.catalogue import registry
from flows.selectors.files import file, matching, namespaces_with_files
from flows.selectors.keyvalues import inherited_pair, keys, namespaces_with_pairs, pair
from flows.selectors.limits import limit_of, limited_flow, limited_flows
from flows.selectors.named import flows_named, namespaces_with_flows
from flows.selectors.revisions import by_uid, current_revisions, published, specs
from flows.selectors.startable import startable_in, startable_namespaces
from flows.services.clearing import delete_files, purge_pairs, purge_revisions
from flows.services.files import put_file, put_from_storage
from flows.services.keyvalues import delete_pair, set_pair
from flows.services.policing import check as check_policies
from flows.services.policing import remember as remember_policies
from flows.services.policing import rules_of, save_asked, save_subject
from flows.services.policing import violations as policy_violations
from flows.services.states import delete_state, merge_state, state
from flows.services.written_policies import (
    InstancePolicyBody,
    PolicyBody,
    instance_policy_of,
    policy_of,
)

__all__ = [
    "InstancePolicyBody",
    "PolicyBody",
    "by_uid",
    "check_policies",
    "current_revisions",
    "delete_files",
    "delete_pair",
    "delete_state",
    "file",
    "flows_named",
    "inherited_pair",
    "instance_policy_of",
    "keys",
    "limit_of",
    "limited_flow",
    "limited_flows",
    "matching",
    "merge_state",
    "namespaces_with_files",
    "namespaces_with_flows",
    "namespaces_with_pairs",
    "pair",
    "policy_of",
    "policy_violations",
    "published",
    "purge_pairs",
    "purge_revisions",
    "put_file",
    "put_from_storage",
    "registry",
    "remember_policies",
    "rules_of",
    "save_asked",
    "save_subject",
    "set_pair",
    "specs",
    "startable_in",
    "startable_namespaces",
    "state",
]
