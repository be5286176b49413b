"""The door of the tenants app for the apps above: functions and frozen values."""

from __future__ import annotations

from tenants.actors import system_actor
from tenants.audit_words import Change
from tenants.contracts import (
    ConnectionRef,
    NamespaceRef,
    NewConnection,
    PolicyRef,
    RetentionRule,
    RunningWork,
    TenantRef,
)
from tenants.life_errors import (
    PolicyRefused,
    SecretManagerFailed,
)
from tenants.selectors.former_paths import current_path, former_paths
from tenants.selectors.former_paths import id_of as namespace_id
from tenants.selectors.former_paths import path_of as namespace_path
from tenants.selectors.limits import (
    bounded_tenants,
    limits_at,
    limits_now,
    maintenance,
    switches_on,
)
from tenants.selectors.namespaces import by_id as namespace_by_id
from tenants.selectors.namespaces import by_path as namespace
from tenants.selectors.namespaces import merged as merged_variables
from tenants.selectors.standing import Standing, refuse_resting, resting, suspension_of
from tenants.selectors.tenants import (
    tenant_count,
    tenant_of_id,
    tenant_of_slug,
    tenant_slug,
    tenants,
)
from tenants.services.approvals import (
    Asked,
    approval_shown,
    decide,
    request_approval,
    seen_approvals,
    spend,
)
from tenants.services.audit import INSTANCE, record, record_instance
from tenants.services.audit import tell as tell_audit
from tenants.services.audit_chain import Head, Verdict
from tenants.services.audit_chain import trim as trim_audit
from tenants.services.audit_chain import verify as verify_audit
from tenants.services.audit_delivery import deliver_due as deliver_audit
from tenants.services.connections import (
    connection,
    connections,
    create_connection,
    delete_connection,
    inherited_connections,
    resolve_connection,
    update_connection,
)
from tenants.services.former_paths import free_former_paths
from tenants.services.groups import enter_groups
from tenants.services.held_policies import is_for, policies_for
from tenants.services.instance_policies import (
    create_instance_policy,
    delete_instance_policy,
    instance_policies,
    instance_policy,
    update_instance_policy,
)
from tenants.services.key_rotation import rotate as rotate_keys
from tenants.services.key_status import status as key_status
from tenants.services.keys import NoKey, Undecryptable, current_key_name, decrypt, encrypt
from tenants.services.namespace_moves import hold_namespace
from tenants.services.namespaces import ensure_namespace, subscribe_namespace
from tenants.services.people import make_super_admin, reset_password
from tenants.services.policies import (
    create_policy,
    delete_policy,
    policy,
    seen_policies,
    update_policy,
)
from tenants.services.quotas import (
    NewQuota,
    ceilings_of,
    change_quota,
    create_quota,
    delete_quota,
    lift_ceiling,
    quota,
    quotas,
    require_tenant,
    set_ceiling,
    set_weight,
    weight_of,
)
from tenants.services.removal import continue_removals
from tenants.services.retention import retention_rules
from tenants.services.retired_keys import RetiredKey, forget_unused, retired_keys
from tenants.services.second_factors import reset_by_console as reset_second_factors
from tenants.services.secret_resolution import resolve_secret
from tenants.services.sessions import forget_expired
from tenants.services.setup import create_instance_admin_token, is_set_up, set_up
from tenants.services.stored import remeasure, stored_bytes
from tenants.services.switches import turn_by_date

__all__ = [
    "INSTANCE",
    "Asked",
    "Change",
    "ConnectionRef",
    "Head",
    "NamespaceRef",
    "NewConnection",
    "NewQuota",
    "NoKey",
    "PolicyRef",
    "PolicyRefused",
    "RetentionRule",
    "RetiredKey",
    "RunningWork",
    "SecretManagerFailed",
    "Standing",
    "TenantRef",
    "Undecryptable",
    "Verdict",
    "approval_shown",
    "bounded_tenants",
    "ceilings_of",
    "change_quota",
    "connection",
    "connections",
    "continue_removals",
    "create_connection",
    "create_instance_admin_token",
    "create_instance_policy",
    "create_policy",
    "create_quota",
    "current_key_name",
    "current_path",
    "decide",
    "decrypt",
    "delete_connection",
    "delete_instance_policy",
    "delete_policy",
    "delete_quota",
    "deliver_audit",
    "encrypt",
    "ensure_namespace",
    "enter_groups",
    "forget_expired",
    "forget_unused",
    "former_paths",
    "free_former_paths",
    "hold_namespace",
    "inherited_connections",
    "instance_policies",
    "instance_policy",
    "is_for",
    "is_set_up",
    "key_status",
    "lift_ceiling",
    "limits_at",
    "limits_now",
    "maintenance",
    "make_super_admin",
    "merged_variables",
    "namespace",
    "namespace_by_id",
    "namespace_id",
    "namespace_path",
    "policies_for",
    "policy",
    "quota",
    "quotas",
    "record",
    "record_instance",
    "refuse_resting",
    "remeasure",
    "request_approval",
    "require_tenant",
    "reset_password",
    "reset_second_factors",
    "resolve_connection",
    "resolve_secret",
    "resting",
    "retention_rules",
    "retired_keys",
    "rotate_keys",
    "seen_approvals",
    "seen_policies",
    "set_ceiling",
    "set_up",
    "set_weight",
    "spend",
    "stored_bytes",
    "subscribe_namespace",
    "suspension_of",
    "switches_on",
    "system_actor",
    "tell_audit",
    "tenant_count",
    "tenant_of_id",
    "tenant_of_slug",
    "tenant_slug",
    "tenants",
    "trim_audit",
    "turn_by_date",
    "update_connection",
    "update_instance_policy",
    "update_policy",
    "verify_audit",
    "weight_of",
]
