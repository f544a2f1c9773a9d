"""The protocols against botocore's own: what its serializers write is read, and its parsers read what is answered."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import given, settings
from hypothesis import strategies as st

from embedded.services.aws.errors import AwsError
from embedded.services.aws.protocol import models
from embedded.services.aws.protocol.pages import paginate
from embedded.services.aws.protocol.parse_input import InvalidInput, parse_input
from embedded.services.aws.protocol.request import RawRequest
from embedded.services.aws.protocol.wire import WIRES
from tests.wire.aws.server import KEY, REGION, SECRET, Server, refusal

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
KEYS = st.from_regex(r"[a-z][a-z0-9]{0,9}", fullmatch=True)


def sent(service: str, operation: str, parameters: dict[str, Any]) -> RawRequest:
    """A request as a client of botocore makes it."""
    model = models.find_operation(service, operation)
    assert model is not None
    protocol = models.load(service).protocol
    told = create_serializer(protocol, include_validation=False).serialize_to_request(parameters, model)
    body = told["body"]
    if isinstance(body, dict):
        body = urlencode(body)
    headers = {name.lower(): value for name, value in told["headers"].items()}
    query = told["query_string"]
    text = "&".join(f"{name}={value}" for name, values in query.items() for value in values) if query else ""
    return RawRequest(told["method"], told["url_path"], text, headers, body.encode() if isinstance(body, str) else body)


def received(service: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """What of it arrives."""
    model, found = WIRES[models.load(service).protocol].parse_request(service, sent(service, operation, parameters))
    assert model.name == operation
    return parse_input(model.input_shape, found)


def parsed(service: str, operation: str, result: dict[str, Any]) -> dict[str, Any]:
    """What a client of botocore makes of an answer."""
    model, protocol = models.find_operation(service, operation), models.load(service).protocol
    assert model is not None
    response = WIRES[protocol].serialize_response(model, result, "id")
    told = {"status_code": response.status_code, "headers": dict(response.headers), "body": bytes(response.body)}
    found = create_parser(protocol).parse(told, model.output_shape)
    found.pop("ResponseMetadata")
    return found


@settings(deadline=None)
@given(
    actions=st.lists(TEXT.filter(lambda text: len(text) >= 3), max_size=4),
    entries=st.lists(
        st.fixed_dictionaries(
            {"ContextKeyName": TEXT.map(lambda t: t.ljust(5, "x")), "ContextKeyValues": st.lists(TEXT)}
        )
    ),
)
def test_forms_with_lists_in_lists(actions: list[str], entries: list[dict[str, Any]]) -> None:
    parameters = {"PolicyInputList": ["{}"], "ActionNames": actions, "ContextEntries": entries}
    found = received("iam", "SimulateCustomPolicy", parameters)
    empty = [{**entry, "ContextKeyValues": entry["ContextKeyValues"]} for entry in entries]
    assert found["ActionNames"] == actions
    assert found.get("ContextEntries", []) == empty


@settings(deadline=None)
@given(parameters=st.dictionaries(KEYS, TEXT, max_size=4), comment=TEXT, number=st.integers(0, 9))
def test_json_with_maps(parameters: dict[str, str], comment: str, number: int) -> None:
    columns = [{"Name": "a", "Type": "int", "Comment": comment}]
    table = {"Name": "t", "Parameters": parameters, "Retention": number, "StorageDescriptor": {"Columns": columns}}
    request = {"DatabaseName": "d", "TableInput": table}
    assert received("glue", "CreateTable", request) == request


def test_rest_takes_parameters_from_everywhere() -> None:
    arn = "arn:aws:batch:us-east-1:0:job/a b"
    assert received("batch", "TagResource", {"resourceArn": arn, "tags": {"k": "v"}}) == {
        "resourceArn": arn,
        "tags": {"k": "v"},
    }
    assert received("batch", "UntagResource", {"resourceArn": arn, "tagKeys": ["a", "b"]}) == {
        "resourceArn": arn,
        "tagKeys": ["a", "b"],
    }
    environment = [{"name": "A", "value": "é"}]
    given = {"jobName": "j", "jobQueue": "q", "jobDefinition": "d", "containerOverrides": {"environment": environment}}
    assert received("batch", "SubmitJob", given) == given


def test_scalars_of_all_protocols() -> None:
    moment = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    table = received(
        "glue", "CreateTable", {"DatabaseName": "d", "TableInput": {"Name": "t", "LastAccessTime": moment}}
    )
    assert table["TableInput"]["LastAccessTime"] == moment.timestamp()
    assert received("sts", "AssumeRole", {"RoleArn": "a" * 20, "RoleSessionName": "me", "DurationSeconds": 900}) == {
        "RoleArn": "a" * 20,
        "RoleSessionName": "me",
        "DurationSeconds": 900,
    }
    assert received("iam", "CreateServiceSpecificCredential", {"UserName": "u", "ServiceName": "s"})["UserName"] == "u"
    assert received("iam", "UpdateAccountPasswordPolicy", {"RequireSymbols": True})["RequireSymbols"] is True


@settings(deadline=None)
@given(attributes=st.dictionaries(KEYS, TEXT, max_size=3))
def test_forms_and_xml_with_maps(attributes: dict[str, str]) -> None:
    given = {"Name": "topic", "Attributes": attributes}
    assert received("sns", "CreateTopic", given).get("Attributes", {}) == attributes
    assert parsed("sns", "GetSubscriptionAttributes", {"Attributes": attributes})["Attributes"] == attributes


@settings(deadline=None)
@given(data=st.binary(min_size=1, max_size=40))
def test_bytes_travel_in_base64(data: bytes) -> None:
    assert received("kms", "Encrypt", {"KeyId": "k", "Plaintext": data})["Plaintext"] == data
    assert parsed("kms", "Encrypt", {"CiphertextBlob": data})["CiphertextBlob"] == data
    model = models.find_operation("kms", "Encrypt")
    assert model is not None
    with pytest.raises(InvalidInput, match="must be of type blob"):
        parse_input(model.input_shape, {"KeyId": "k", "Plaintext": "no base64!"})


@settings(deadline=None)
@given(description=TEXT, tags=st.lists(st.fixed_dictionaries({"Key": TEXT, "Value": TEXT})))
def test_answers_in_xml(description: str, tags: list[dict[str, str]]) -> None:
    role = {
        "Path": "/",
        "RoleName": "r",
        "RoleId": "i",
        "Arn": "a",
        "CreateDate": 1735787045.0,
        "MaxSessionDuration": 5,
    }
    found = parsed("iam", "GetRole", {"Role": {**role, "Description": description, "Tags": tags}})["Role"]
    assert found["CreateDate"] == datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (found["Description"], found["Tags"], found["MaxSessionDuration"]) == (description, tags, 5)


def test_answers_in_json() -> None:
    table = {"Name": "t", "CreateTime": 1735787045.5, "Parameters": {"k": "é"}, "Description": None}
    found = parsed("glue", "GetTable", {"Table": table})["Table"]
    assert found["CreateTime"] == datetime(2025, 1, 2, 3, 4, 5, 500_000, tzinfo=UTC)
    assert (found["Parameters"], "Description" in found) == ({"k": "é"}, False)
    assert parsed("batch", "SubmitJob", {"jobName": "j", "jobId": "i"}) == {"jobName": "j", "jobId": "i"}
    assert parsed("iam", "DeleteRole", {}) == {}
    with pytest.raises(KeyError):
        parsed("glue", "GetTable", {"Tabel": {}})


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "said"),
    [
        (
            "glue",
            "GetTable",
            {"Name": "t"},
            "Value at 'DatabaseName' failed to satisfy constraint: Member must not be null",
        ),
        ("glue", "GetTable", {"DatabaseName": "d", "Name": "t", "Nmae": "t"}, "Unknown parameter 'Nmae'"),
        (
            "glue",
            "GetTable",
            {"DatabaseName": ["d"], "Name": "t"},
            "at 'DatabaseName' failed to satisfy constraint: Member must be of type string",
        ),
        ("glue", "GetTables", {"DatabaseName": "d", "MaxResults": "many"}, "Member must be of type integer"),
        ("glue", "GetTables", {"DatabaseName": "d", "MaxResults": 1.5}, "Member must be of type integer"),
        ("glue", "GetTables", {"DatabaseName": "d", "MaxResults": True}, "Member must be of type integer"),
        ("glue", "GetTables", {"DatabaseName": "d", "MaxResults": 0}, "Value '0' at 'MaxResults' failed"),
        ("glue", "CreateTable", {"DatabaseName": "d", "TableInput": []}, "Member must be of type structure"),
        ("glue", "BatchDeleteTable", {"DatabaseName": "d", "TablesToDelete": ["t"] * 101}, "less than or equal to 100"),
        ("glue", "BatchDeleteTable", {"DatabaseName": "d", "TablesToDelete": ["t", ""]}, "'TablesToDelete.2.member'"),
        ("glue", "BatchDeleteTable", {"DatabaseName": "d", "TablesToDelete": "t"}, "Member must be of type list"),
        ("batch", "SubmitJob", {"jobName": "j", "jobQueue": "q", "jobDefinition": "d", "tags": []}, "of type map"),
        ("batch", "ListJobs", {"jobStatus": "DONE"}, "enum value set: [SUBMITTED, PENDING"),
        ("logs", "CreateLogGroup", {"logGroupName": "a b"}, "regular expression pattern: "),
        ("logs", "GetLogEvents", {"logStreamName": "s", "startFromHead": "maybe"}, "Member must be of type boolean"),
    ],
)
def test_what_does_not_fit_the_model_is_named(service: str, operation: str, parameters: Any, said: str) -> None:
    model = models.find_operation(service, operation)
    assert model is not None
    with pytest.raises(InvalidInput) as caught:
        parse_input(model.input_shape, parameters)
    assert said in str(caught.value)


def test_secrets_are_not_told_again() -> None:
    model = models.find_operation("iam", "CreateLoginProfile")
    assert model is not None
    with pytest.raises(InvalidInput) as caught:
        parse_input(model.input_shape, {"UserName": "u", "Password": "s3cret\n" * 30})
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (RawRequest("POST", "/", "", {"x-amz-target": "AWSGlue.Nothing"}, b"{}"), "UnknownOperationException"),
        (RawRequest("POST", "/", "", {"x-amz-target": "Other.GetTable"}, b"{}"), "UnknownOperationException"),
        (RawRequest("POST", "/", "", {}, b"{}"), "UnknownOperationException"),
        (RawRequest("POST", "/", "", {"x-amz-target": "AWSGlue.GetTable"}, b"{"), "SerializationException"),
    ],
)
def test_requests_that_are_none(request_: RawRequest, code: str) -> None:
    with pytest.raises(AwsError) as caught:
        WIRES["json"].parse_request("glue", request_)
    assert caught.value.code == code


def test_forms_and_paths_that_are_none() -> None:
    for wire, service, request, code in (
        ("query", "iam", RawRequest("POST", "/", "", {}, b"Action=Nothing&Version=2010-05-08"), "InvalidAction"),
        ("query", "iam", RawRequest("POST", "/", "", {}, b"Action=GetRole&Version=2000-01-01"), "InvalidAction"),
        ("rest-json", "batch", RawRequest("GET", "/v1/submitjob", "", {}, b""), "UnknownOperationException"),
        ("rest-json", "batch", RawRequest("POST", "/v1/nothing", "", {}, b""), "UnknownOperationException"),
    ):
        with pytest.raises(AwsError) as caught:
            WIRES[wire].parse_request(service, request)
        assert caught.value.code == code


@settings(deadline=None)
@given(keys=st.lists(st.text(max_size=5), unique=True, max_size=30), size=st.integers(1, 7))
def test_pages_hold_each_item_once(keys: list[str], size: int) -> None:
    found, token = [], None
    while True:
        part, token = paginate(keys, str, token, size, "Code")
        found += part
        assert len(part) <= size
        if token is None:
            break
    assert found == sorted(keys)


@pytest.mark.parametrize("token", ["x", "é", "", "W10=", "WzEsMl0=", "WzFd"])
def test_tokens_that_are_none(token: str) -> None:
    if not token:
        assert paginate(["a"], str, token, 1, "Code") == (["a"], None)
        return
    with pytest.raises(AwsError, match="not valid"):
        paginate(["a"], str, token, 1, "Code")


@pytest.mark.parametrize(
    ("service", "call"), [("dynamodb", "list_tables"), ("ec2", "describe_vpcs"), ("lambda", "list_functions")]
)
def test_services_that_are_absent_say_so(server: Server, service: str, call: str) -> None:
    code, message = refusal(getattr(server.client(service), call))
    assert (code, message) == ("NotImplemented", f"The service {service!r} is not part of the embedded AWS.")


def test_a_request_that_is_too_large_is_refused(server: Server) -> None:
    code, _ = refusal(server.client("glue").get_database, Name="x" * (11 << 20))
    assert code == "RequestEntityTooLarge"


def test_the_body_is_signed_too(server: Server) -> None:
    """One who hears a request cannot send another body with its signature."""
    headers = {"X-Amz-Target": "AWSGlue.GetDatabases", "Content-Type": "application/x-amz-json-1.1"}
    signed = AWSRequest(method="POST", url=f"{server.endpoint}/", headers=headers, data=b"{}")
    SigV4Auth(Credentials(KEY, SECRET), "glue", REGION).add_auth(signed)
    good = requests.post(f"{server.endpoint}/", headers=dict(signed.headers), data=b"{}", timeout=10)
    assert good.status_code == 200
    bad = requests.post(f"{server.endpoint}/", headers=dict(signed.headers), data=b'{"MaxResults": 1}', timeout=10)
    assert (bad.status_code, json.loads(bad.text)["__type"]) == (403, "InvalidSignatureException")
