"""Checks what schemathesis has done: the cases of each operation, and the metrics of the server.

Every operation of the document was tried with valid requests and is counted in `/metrics`, at least half of these
succeeded, and no request had a status 5xx. TELNUM_ALL prints the count of each operation.
"""

import json
import os
import re
import urllib.request

base, mode = os.environ["TELNUM_BASE"], os.environ["TELNUM_MODE"]
with open(os.environ["TELNUM_CASES"]) as file:
    rows = json.load(file)
with urllib.request.urlopen(f"{base}/openapi.json") as response:
    paths = json.load(response)["paths"]
with urllib.request.urlopen(f"{base}/metrics") as response:
    metrics = response.read().decode()

cases = rows["cases"]
good, all = (sum(row[place] for row in cases.values()) for place in (0, 1))
print(f"schemathesis, {mode}: {all} cases of {len(cases)} operations, {good} with a 2xx response ({good / all:.1%})")

operations = {operation["operationId"] for item in paths.values() for operation in item.values()}
# Few attempts may find no invalid request of an operation with few parameters.
assert operations == set(cases) or mode == "negative" and operations > set(cases), operations.symmetric_difference(cases)

counted = re.findall(r'^http_requests_total\{method="(\w*)",route="(.*)",status="(\d+)"\} ', metrics, re.MULTILINE)
expected = {(method.upper(), path) for path, item in paths.items() for method in item}
assert not (missing := expected - {(method, route) for method, route, _ in counted}), missing
assert not (failed := [row for row in counted if row[2].startswith("5")]), failed

if mode == "positive":
    assert 2 * good >= all, rows["statuses"]
for name, (good, all) in cases.items():
    if "TELNUM_ALL" in os.environ or mode == "positive" and 2 * good < all:
        print(f"  {name}: {good} of {all}")
