"""Gives the requests of schemathesis valid tokens, existing ids and numbers that fit their operation.

Everything else of a request is what schemathesis makes of the OpenAPI document. The number of cases and of those with a
2xx response, by operation, is written to the file that TELNUM_CASES names.
"""

import atexit
import collections
import itertools
import json
import os

import requests
import schemathesis

BASE = os.environ["TELNUM_BASE"]
ACCOUNT = "009afc511c97b2ae693c6cc4920988e8"
KAZOO = {"X-Auth-Token": "master-token"}
TOKENS = {
    "kazoo": KAZOO,
    "planning_center": {"Authorization": "Bearer people"},
    "clients": {"Authorization": "Bearer people"},
    "user_numbers": {"Authorization": "Basic b3RoZXI6"},
}
IS_VALID = os.environ["TELNUM_MODE"] == "positive"

session = requests.Session()
serial = itertools.count(int(os.environ.get("TELNUM_FIRST", "0")))
cases = collections.Counter()
successes = collections.Counter()
statuses = collections.Counter()


def unused():
    """Returns a number that does not exist."""
    count = next(serial)
    return f"+1212{2 + count // 1_000_000}{count % 1_000_000:06}"


def ask(method, path, headers, **body):
    """Makes a request that prepares another one."""
    response = session.request(method, BASE + path, headers=headers, timeout=30, **body)
    assert response.ok, (method, path, response.status_code, response.text)
    return response.json()


def number_in(state):
    """Returns a number of the account in a state."""
    number = unused()
    path = f"/v2/accounts/{ACCOUNT}/phone_numbers/%2B{number[1:]}"
    ask("PUT", path, KAZOO, json={"data": {"create_with_state": state}})
    return number


# The state of the number that an operation needs; `None` for a number that does not exist.
STATES = {
    "kazoo_create": None,
    "kazoo_port": None,
    "kazoo_create_collection": None,
    "kazoo_reserve": "available",
    "kazoo_activate": "reserved",
    "kazoo_activate_collection": "reserved",
}


def number_for(operation):
    """Returns a number that fits an operation."""
    state = STATES.get(operation, "in_service")
    return unused() if state is None else number_in(state)


def id_of_person():
    """Returns the id of a person's number."""
    document = {"data": {"type": "PhoneNumber", "attributes": {"number": unused()}}}
    return ask("POST", "/people/v2/people/1/phone_numbers", TOKENS["planning_center"], json=document)["data"]["id"]


def id_of_client():
    """Returns the id of a client's number."""
    document = {"phone_numbers": [{"number": unused()}]}
    return ask("POST", "/v9/clients/7/phone_numbers", TOKENS["clients"], json=document)["phone_numbers"][0]["id"]


def id_of_user():
    """Returns the id of a user's number."""
    return ask("POST", "/phone_numbers", TOKENS["user_numbers"], data={"phone_number": unused()})["id"]


IDS = {
    "planning_center": ("id", id_of_person),
    "clients": ("phone_number_id", id_of_client),
    "user_numbers": ("phone_number_id", id_of_user),
}


# A port request from which a letter of authorization can be made, without its number.
PORT_REQUEST = {
    "name": "Porting",
    "winning_carrier": "Winning Carrier",
    "signee_name": "Jane Doe",
    "signing_date": 63800000000,
    "bill": {
        "name": "Bakery",
        "street_number": "116",
        "street_address": "NATOMA",
        "street_type": "ST",
        "locality": "SAN FRANCISCO",
        "region": "CA",
        "postal_code": "94105",
        "account_number": "1",
        "btn": "+12025559000",
        "carrier": "Losing Carrier",
    },
}
FILE = b"%PDF-1.4\n%%EOF\n"


def port_request():
    """Returns the document of a port request for a number that does not exist."""
    return {"data": PORT_REQUEST | {"numbers": {unused(): {}}}}


# The bodies of the operations on port requests.
PORT_BODIES = {
    "kazoo_create_port_request": port_request,
    "kazoo_replace_port_request": port_request,
    "kazoo_patch_port_request": lambda: {"data": {"name": "Another name"}},
    "kazoo_comment_on_port_request": lambda: {"data": {"comments": [{"content": "Please hurry"}]}},
}


def set_port_request(case, operation, parameters):
    """Creates the port request that an operation needs, with a file, and sets the body and the state."""
    if "port_request_id" in parameters:
        path = f"/v2/accounts/{ACCOUNT}/port_requests"
        created = ask("PUT", path, KAZOO, json=port_request())["data"]["id"]
        parameters["port_request_id"] = created
        if "attachment_id" in parameters:
            parameters["attachment_id"] = "file.pdf"
            if operation != "kazoo_put_attachment":
                upload = {"data": FILE, "headers": KAZOO | {"Content-Type": "application/pdf"}}
                session.put(f"{BASE}{path}/{created}/attachments?filename=file.pdf", **upload).raise_for_status()
    if "state" in parameters:
        parameters["state"] = "submitted"
        case.body = {"data": {"reason": "approved"}}
    elif operation in PORT_BODIES:
        case.body = PORT_BODIES[operation]()
    elif operation in ("kazoo_add_attachment", "kazoo_put_attachment", "kazoo_replace_attachment"):
        case.body, case.media_type = FILE, "application/pdf"
    query = case.query or {}
    for name, value in (("by_number", unused()), ("by_types", "all"), ("filename", "file.pdf")):
        if name in query:
            query[name] = value
    # An id of a request, and not any text.
    query.pop("start_key", None)


@schemathesis.serializer("application/pdf", "image/png", "image/jpeg", "image/gif", "image/tiff")
def file_bytes(context, value):
    return value if isinstance(value, bytes) else str(value).encode()


# The address that can be provisioned.
ADDRESS = {
    "street_address": "116 NATOMA ST",
    "extended_address": "APT 116",
    "locality": "SAN FRANCISCO",
    "region": "CA",
    "postal_code": "94105",
}


def set_numbers(tag, operation, body):
    """Replaces the numbers, the address and the carrier in a body."""
    data = body.get("data")
    if tag == "kazoo" and isinstance(data, dict):
        for name in ("e911", "dash_e911"):
            if name in data:
                data[name] = ADDRESS
        if "carrier_name" in data:
            data["carrier_name"] = "telnyx"
    if tag == "kazoo" and isinstance(body.get("data"), dict) and "numbers" in body["data"]:
        count = max(1, min(3, len(body["data"]["numbers"])))
        body["data"]["numbers"] = [number_for(operation) for _ in range(count)]
    if tag == "planning_center":
        attributes = body.get("data", {}).setdefault("attributes", {})
        attributes["number"] = unused()
        attributes.pop("country_code", None)
        if operation == "planning_center_create" or "id" in body["data"]:
            body["data"].pop("id", None)
    if tag == "clients":
        for number in body.get("phone_numbers", [body]):
            number["number"] = unused()
            number.pop("country_code", None)
            if number.get("extension") is not None:
                number["extension"] = "7"
    if tag == "user_numbers":
        body["phone_number"] = unused()


@schemathesis.hook
def before_call(context, case, kwargs):
    raw = case.operation.definition.raw
    tag, operation = raw["tags"][0], raw["operationId"]
    if operation != "kazoo_classify_for_all":
        case.headers.update(TOKENS[tag])
    case.headers.pop("Idempotency-Key", None)
    if not IS_VALID:
        return
    parameters = case.path_parameters or {}
    if "account_id" in parameters:
        parameters["account_id"] = ACCOUNT
    if "phone_number" in parameters and "classif" not in operation:
        parameters["phone_number"] = number_for(operation)
    if "port_request" in case.operation.path:
        set_port_request(case, operation, parameters)
        return
    name, make = IDS.get(tag, ("", None))
    if name in parameters:
        parameters[name] = make()
        if "client_id" in parameters:
            parameters["client_id"] = 7
    elif "person_id" in parameters:
        parameters["person_id"] = str(next(serial))
    if operation == "kazoo_search":
        case.query["prefix"] = "415"
        case.query.pop("country", None)
    elif "prefix" in (case.query or {}):
        case.query["prefix"] = "+1415"
    if isinstance(case.body, dict):
        set_numbers(tag, operation, case.body)


@schemathesis.hook
def after_call(context, case, response):
    operation = case.operation.definition.raw["operationId"]
    cases[operation] += 1
    successes[operation] += response.status_code < 300
    statuses[f"{operation} {response.status_code}"] += 1
    if os.environ.get("TELNUM_LOG") and response.status_code >= 300:
        with open(os.environ["TELNUM_LOG"], "a") as log:
            print(operation, response.status_code, case.path_parameters, case.query, str(case.body)[:300], response.text[:300], file=log)


@atexit.register
def report():
    rows = {operation: [successes[operation], cases[operation]] for operation in sorted(cases)}
    with open(os.environ["TELNUM_CASES"], "w") as file:
        json.dump({"cases": rows, "statuses": dict(sorted(statuses.items()))}, file, indent=1)
