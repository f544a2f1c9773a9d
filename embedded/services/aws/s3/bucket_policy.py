"""Bucket policies. The account's own keys may do everything that no statement denies; others need an Allow.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html.
"""

from __future__ import annotations

import fnmatch
import json
from typing import Any

from embedded.services.aws.account import ACCOUNT
from embedded.services.aws.errors import AwsError

ARN = "arn:aws:s3:::"
_KNOWN = {"Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource"}


def check(text: bytes) -> str:
    """Validate a policy document.

    Returns:
        The document as text.

    Raises:
        AwsError: the document is no policy, or has conditions, which are not supported.
    """
    try:
        document = json.loads(text)
        statements = _listed(document["Statement"])
        good = bool(statements) and all(_is_statement(statement) for statement in statements)
    except (ValueError, KeyError, TypeError):
        good = False
    if not good:
        raise AwsError("MalformedPolicy", "Policies need statements of Effect, Principal, Action and Resource.")
    return text.decode()


def allows(policy: str | None, caller: str | None, action: str, resource: str) -> bool:
    """Whether a request is allowed.

    Parameters:
        policy: the bucket's policy; None if it has none.
        caller: the access key; None for an unsigned request.
        action: such as `s3:GetObject`.
        resource: the bucket, or bucket and key with a slash between them.
    """
    effects = set()
    for statement in _listed(json.loads(policy)["Statement"]) if policy else []:
        if _applies(statement, caller, action, ARN + resource):
            effects.add(statement["Effect"])
    return "Deny" not in effects and (caller is not None or "Allow" in effects)


def _is_statement(statement: dict[str, Any]) -> bool:
    has_action = "Action" in statement or "NotAction" in statement
    has_resource = "Resource" in statement or "NotResource" in statement
    known = statement.keys() <= _KNOWN and statement.get("Effect") in ("Allow", "Deny")
    return known and has_action and has_resource and "Principal" in statement


def _applies(statement: dict[str, Any], caller: str | None, action: str, resource: str) -> bool:
    if not _is_meant(statement["Principal"], caller):
        return False
    if "Action" in statement:
        acts = _any_like(statement["Action"], action, fold=True)
    else:
        acts = not _any_like(statement["NotAction"], action, fold=True)
    if "Resource" in statement:
        return acts and _any_like(statement["Resource"], resource)
    return acts and not _any_like(statement["NotResource"], resource)


def _is_meant(principal: Any, caller: str | None) -> bool:
    names = _listed(principal.get("AWS", [])) if isinstance(principal, dict) else [principal]
    if "*" in names:
        return True
    ours = {ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:iam::{ACCOUNT}:user/{caller}"}
    return caller is not None and not ours.isdisjoint(names)


def _any_like(patterns: Any, value: str, fold: bool = False) -> bool:
    # In a policy, only * and ? are special.
    texts = [pattern.replace("[", "[[]") for pattern in _listed(patterns)]
    if fold:
        return any(fnmatch.fnmatchcase(value.lower(), text.lower()) for text in texts)
    return any(fnmatch.fnmatchcase(value, text) for text in texts)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
