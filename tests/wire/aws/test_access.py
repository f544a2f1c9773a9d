"""IAM and STS at the wire: roles, who may take them on, and keys for a while."""

import json
import time
from typing import Any

import pytest
import requests

from embedded.services.aws.sts.store import KeyStore
from tests.support import foreign_page
from tests.wire.aws.server import KEY, SECRET, Server, refusal

ACCOUNT = "000000000000"


def trust(**principal: str) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def iam(server: Server) -> Any:
    return server.client("iam", region_name="us-east-1")


def test_the_life_of_a_role(iam: Any) -> None:
    tags = [{"Key": "project", "Value": "insightflow"}, {"Key": "empty", "Value": ""}]
    document = trust(Service="glue.amazonaws.com")
    made = iam.create_role(RoleName="crawler", AssumeRolePolicyDocument=document, Description="é <&>", Tags=tags)[
        "Role"
    ]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/crawler"
    found = iam.get_role(RoleName="crawler")["Role"]
    assert found == made
    assert (found["AssumeRolePolicyDocument"], found["Description"]) == (json.loads(document), "é <&>")
    assert found["Tags"] == tags
    assert "crawler" in [role["RoleName"] for role in iam.list_roles()["Roles"]]
    assert refusal(iam.create_role, RoleName="crawler", AssumeRolePolicyDocument=document)[0] == "EntityAlreadyExists"
    assert refusal(iam.get_role, RoleName="nobody")[0] == "NoSuchEntity"

    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    iam.put_role_policy(RoleName="crawler", PolicyName="bucket", PolicyDocument=json.dumps(policy))
    assert iam.get_role_policy(RoleName="crawler", PolicyName="bucket")["PolicyDocument"] == policy
    assert iam.list_role_policies(RoleName="crawler")["PolicyNames"] == ["bucket"]
    managed = "arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole"
    iam.attach_role_policy(RoleName="crawler", PolicyArn=managed)
    attached = iam.list_attached_role_policies(RoleName="crawler")["AttachedPolicies"]
    assert attached == [{"PolicyName": "AWSGlueServiceRole", "PolicyArn": managed}]
    assert refusal(iam.delete_role, RoleName="crawler")[0] == "DeleteConflict"
    iam.detach_role_policy(RoleName="crawler", PolicyArn=managed)
    assert refusal(iam.detach_role_policy, RoleName="crawler", PolicyArn=managed)[0] == "NoSuchEntity"
    assert refusal(iam.get_role_policy, RoleName="crawler", PolicyName="none")[0] == "NoSuchEntity"
    own = f"arn:aws:iam::{ACCOUNT}:policy/own"
    assert refusal(iam.attach_role_policy, RoleName="crawler", PolicyArn=own)[0] == "NoSuchEntity"
    iam.delete_role_policy(RoleName="crawler", PolicyName="bucket")
    iam.delete_role(RoleName="crawler")
    assert refusal(iam.delete_role, RoleName="crawler")[0] == "NoSuchEntity"


def test_an_instance_profile_holds_a_role(iam: Any) -> None:
    iam.create_role(RoleName="machine", AssumeRolePolicyDocument=trust(Service="ec2.amazonaws.com"))
    iam.create_instance_profile(InstanceProfileName="machines")
    iam.add_role_to_instance_profile(InstanceProfileName="machines", RoleName="machine")
    profile = iam.get_instance_profile(InstanceProfileName="machines")["InstanceProfile"]
    assert [role["RoleName"] for role in profile["Roles"]] == ["machine"]
    assert iam.list_instance_profiles_for_role(RoleName="machine")["InstanceProfiles"] == [profile]
    assert refusal(iam.delete_role, RoleName="machine")[0] == "DeleteConflict"
    more = {"InstanceProfileName": "machines", "RoleName": "machine"}
    assert refusal(iam.add_role_to_instance_profile, **more)[0] == "LimitExceeded"
    assert refusal(iam.remove_role_from_instance_profile, **more | {"RoleName": "none"})[0] == "NoSuchEntity"
    assert refusal(iam.delete_instance_profile, InstanceProfileName="machines")[0] == "DeleteConflict"
    iam.remove_role_from_instance_profile(InstanceProfileName="machines", RoleName="machine")
    iam.delete_instance_profile(InstanceProfileName="machines")
    iam.delete_role(RoleName="machine")


@pytest.mark.parametrize(
    "document", ["no json", "[]", "{}", '{"Statement": []}', '{"Statement": [{"Effect": "Allow"}]}', trust()]
)
def test_a_trust_policy_must_be_one(iam: Any, document: str) -> None:
    code, _ = refusal(iam.create_role, RoleName="r", AssumeRolePolicyDocument=document)
    assert code == "MalformedPolicyDocument"


def test_what_is_absent_or_wrong_is_refused(iam: Any) -> None:
    assert refusal(iam.list_users)[1] == "iam: ListUsers is not part of the embedded AWS."
    document = trust(Service="ec2.amazonaws.com")
    code, message = refusal(
        iam.create_role,
        RoleName="r",
        AssumeRolePolicyDocument=document,
        PermissionsBoundary="arn:aws:iam::aws:policy/X",
    )
    assert (code, "PermissionsBoundary" in message) == ("NotImplemented", True)
    code, message = refusal(iam.create_role, RoleName="a b", AssumeRolePolicyDocument=document, MaxSessionDuration=1)
    assert code == "ValidationError"
    assert message.startswith("2 validation errors detected: Value 'a b' at 'RoleName'")


def test_the_caller_is_told_who_it_is(server: Server) -> None:
    told = server.client("sts").get_caller_identity()
    assert (told["Account"], told["UserId"], told["Arn"]) == (ACCOUNT, KEY, f"arn:aws:iam::{ACCOUNT}:user/{KEY}")


def test_an_address_may_be_signed_beforehand(server: Server) -> None:
    address = server.client("sts").generate_presigned_url("get_caller_identity")
    good = requests.post(address, timeout=10)  # the method that it was signed for
    assert (good.status_code, f":user/{KEY}" in good.text) == (200, True)
    assert requests.post(address.replace("GetCallerIdentity", "GetSessionToken"), timeout=10).status_code == 403


def test_wrong_keys_are_refused_by_every_protocol(server: Server) -> None:
    calls = [("sts", "get_caller_identity"), ("glue", "get_databases"), ("batch", "list_jobs")]
    strangers = [server.client(name, aws_access_key_id="nobody") for name, _ in calls]
    codes = [refusal(getattr(one, call))[0] for one, (_, call) in zip(strangers, calls, strict=True)]
    assert codes == ["InvalidClientTokenId", "UnrecognizedClientException", "UnrecognizedClientException"]
    forgers = [server.client(name, aws_secret_access_key="wrong") for name, _ in calls]
    codes = [refusal(getattr(one, call))[0] for one, (_, call) in zip(forgers, calls, strict=True)]
    assert codes == ["SignatureDoesNotMatch", "InvalidSignatureException", "InvalidSignatureException"]


def test_keys_of_a_role(server: Server, iam: Any) -> None:
    sts = server.client("sts")
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust(AWS=f"arn:aws:iam::{ACCOUNT}:root"))
    iam.create_role(RoleName="glue-only", AssumeRolePolicyDocument=trust(Service="glue.amazonaws.com"))
    arn = role["Role"]["Arn"]
    assumed = sts.assume_role(RoleArn=arn, RoleSessionName="me", DurationSeconds=900)
    keys = {
        "aws_access_key_id": assumed["Credentials"]["AccessKeyId"],
        "aws_secret_access_key": assumed["Credentials"]["SecretAccessKey"],
        "aws_session_token": assumed["Credentials"]["SessionToken"],
    }
    assert 0 < assumed["Credentials"]["Expiration"].timestamp() - time.time() <= 900
    me = server.client("sts", **keys).get_caller_identity()["Arn"]
    assert me == assumed["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/me"
    assert "Buckets" in server.client("s3", **keys).list_buckets()
    assert refusal(server.client("sts", **keys | {"aws_session_token": "x"}).get_caller_identity)[0] == (
        "InvalidClientTokenId"
    )
    assert refusal(server.client("sts", **keys | {"aws_session_token": None}).get_caller_identity)[0] == (
        "InvalidClientTokenId"
    )
    for nobody in (arn.replace("reader", "gone"), arn.replace("reader", "glue-only")):
        assert refusal(sts.assume_role, RoleArn=nobody, RoleSessionName="me")[0] == "AccessDenied"
    assert refusal(sts.assume_role, RoleArn=arn, RoleSessionName="me", DurationSeconds=7200)[0] == "ValidationError"
    assert SECRET not in server.log.read_text()


def test_a_session_ends(tmp_path: Any) -> None:
    keys = KeyStore(tmp_path / "keys.sqlite", {KEY: SECRET})
    session = keys.open("arn:x", seconds=-1)
    with pytest.raises(Exception, match="expired"):
        keys.check_token(session.access_key, session.token)
    keys.close(session.access_key)
    assert keys.secret(session.access_key) is None
    assert keys.secret(KEY) == SECRET


def test_pages_of_other_sites_are_refused(server: Server) -> None:
    foreign_page.assert_refused(f"{server.endpoint}/_health")
