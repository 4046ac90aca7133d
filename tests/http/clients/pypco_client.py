"""Uses pypco, the client library of Planning Center's API, as its documentation does, against a started server."""

import sys

import pypco

base = sys.argv[1]
pco = pypco.PCO(token="people", api_base=base)
NUMBERS = "/people/v2/phone_numbers"


def refused(status, call, *arguments, **parameters):
    """Asserts that the server refuses a call with a status."""
    try:
        call(*arguments, **parameters)
    except pypco.PCORequestException as error:
        assert error.status_code == status, (error.status_code, error.response_body)
        return error.response_body
    raise AssertionError(f"accepted: {arguments}")


def numbers(**parameters):
    """Lists the numbers on all pages."""
    return [item["data"]["attributes"]["number"] for item in pco.iterate(NUMBERS, **parameters)]


# Creates 60 numbers of three people.
ids = []
for index in range(60):
    attributes = {"number": f"415-886-{7900 + index}", "location": "Mobile" if index % 2 else "Home"}
    if index < 3:
        attributes["primary"] = True
    created = pco.post(
        f"/people/v2/people/{index % 3 + 1}/phone_numbers", payload=pco.template("PhoneNumber", attributes)
    )
    assert created["data"]["attributes"]["e164"] == f"+1415886{7900 + index}", created
    ids.append(created["data"]["id"])
assert len(set(ids)) == 60

# Lists them: page by page, of a person, in another order.
texts = [f"415-886-{7900 + index}" for index in range(60)]
assert numbers() == texts
assert numbers(per_page=7) == texts
assert numbers(order="-number") == texts[::-1]
assert numbers(offset=58) == texts[58:]
of_person = list(pco.iterate("/people/v2/people/2/phone_numbers", per_page=10))
assert [item["data"]["id"] for item in of_person] == ids[1::3]
assert all(item["meta"]["parent"] == {"id": "2", "type": "Person"} for item in of_person)

# Filters them, and includes the people.
assert numbers(**{"where[location]": "Home"}) == texts[0::2]
assert numbers(**{"where[primary]": "true"}) == texts[:3]
assert numbers(**{"where[number]": "415-886-7907"}) == ["415-886-7907"]
first = pco.get(f"{NUMBERS}/{ids[0]}")["data"]["attributes"]
later = numbers(**{"where[created_at][gt]": first["created_at"]})
assert later == texts[1:], later
for item in pco.iterate(NUMBERS, include="person", per_page=20):
    assert item["included"] == [item["data"]["relationships"]["person"]["data"]], item
shown = pco.get(f"{NUMBERS}/{ids[5]}", **{"fields[PhoneNumber]": "e164,primary"})
assert shown["data"]["attributes"] == {"e164": "+14158867905", "primary": False}, shown

# Changes one, and removes one.
changes = pco.template("PhoneNumber", {"number": "(415) 886-8000", "location": "Work"})
changed = pco.patch(f"{NUMBERS}/{ids[7]}", payload=changes)["data"]["attributes"]
assert (changed["e164"], changed["location"]) == ("+14158868000", "Work"), changed
assert numbers(**{"where[location]": "Work"}) == ["(415) 886-8000"]
at = changed["updated_at"]
for comparison, count in {"": 1, "[gt]": 0, "[gte]": 1, "[lt]": 59, "[lte]": 60}.items():
    found = numbers(**{f"where[updated_at]{comparison}": at})
    assert len(found) == count, (comparison, found)
response = pco.delete(f"{NUMBERS}/{ids[8]}")
assert response.status_code == 204 and not response.text
refused(404, pco.get, f"{NUMBERS}/{ids[8]}")
assert len(numbers()) == 59

# What is wrong is refused with the reason.
assert "per_page" in refused(400, pco.get, NUMBERS, per_page=101)
refused(422, pco.post, "/people/v2/people/1/phone_numbers", payload=pco.template("PhoneNumber", {"number": texts[0]}))
assert "number" in refused(
    400, pco.post, "/people/v2/people/1/phone_numbers", payload=pco.template("PhoneNumber", {"number": "x"})
)
refused(401, pypco.PCO(token="wrong", api_base=base).get, NUMBERS)

print(f"pypco {pypco.__version__ if hasattr(pypco, '__version__') else ''}: created, listed, filtered, changed, removed")
