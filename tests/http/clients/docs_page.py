"""Displays the page `/docs` of a server in headless Chromium, through its DevTools protocol.

The page shows all operations of the OpenAPI document, an operation can be opened, no request leaves the host, and the
console has no errors.

    python docs_page.py http://127.0.0.1:8000 chromium FOLDER
"""

import json
import pathlib
import subprocess
import sys
import time
import urllib.request

import websocket

base, chromium, folder = sys.argv[1:]
TIMEOUT = 120
OPERATION = "kazoo_fetch"


class Page:
    """A page of the browser, with its requests and the errors of its console."""

    def __init__(self, port):
        new = urllib.request.Request(f"http://127.0.0.1:{port}/json/new?about:blank", method="PUT")
        with urllib.request.urlopen(new) as response:
            address = json.load(response)["webSocketDebuggerUrl"]
        self.socket = websocket.create_connection(address, suppress_origin=True, timeout=TIMEOUT)
        self.calls, self.requests, self.errors = 0, [], []
        for domain in ("Log", "Network", "Page", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method, **params):
        """Calls a method and records the events that arrive before its result."""
        self.calls += 1
        self.socket.send(json.dumps({"id": self.calls, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.calls:
                assert "error" not in message, message
                return message["result"]
            self.record(message.get("method"), message.get("params"))

    def record(self, event, params):
        if event == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        is_error = (
            event == "Runtime.exceptionThrown"
            or event == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert")
            or event == "Log.entryAdded" and params["entry"]["level"] == "error"
        )
        if is_error:
            self.errors.append(params)

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def wait_for(self, expression):
        """Waits until the value of an expression is truthy, and returns it."""
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            if value := self.evaluate(expression):
                return value
            time.sleep(0.1)
        raise AssertionError(f"{expression}: {self.errors} {self.evaluate('document.body.innerText')}")


def check(page):
    with urllib.request.urlopen(f"{base}/openapi.json") as response:
        document = json.load(response)
    expected = {
        (method.upper(), path, operation["summary"])
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }
    page.call("Page.navigate", url=f"{base}/docs")
    page.wait_for(f"document.querySelectorAll('.opblock').length >= {len(expected)}")
    displayed = page.evaluate(
        """[...document.querySelectorAll('.opblock')].map(operation => [
            operation.querySelector('.opblock-summary-method').textContent,
            operation.querySelector('.opblock-summary-path').dataset.path,
            operation.querySelector('.opblock-summary-description').textContent])"""
    )
    assert {tuple(row) for row in displayed} == expected, expected.symmetric_difference(map(tuple, displayed))

    operation = f"[id$='-{OPERATION}']"
    assert page.evaluate(f"document.querySelector(\"{operation} .opblock-body\")") is None
    page.evaluate(f"document.querySelector(\"{operation} .opblock-summary-control\").click()")
    opened = page.wait_for(f"document.querySelector(\"{operation} .responses-table\")?.innerText")
    for status in ("200", "401", "403", "404"):
        assert status in opened, opened

    assert page.evaluate("document.querySelector('.errors-wrapper')") is None
    assert not page.errors, page.errors
    foreign = [url for url in page.requests if not url.startswith((f"{base}/", "data:"))]
    assert len(page.requests) > 4 and not foreign, foreign
    print(f"chromium: the page displays {len(displayed)} operations, {len(page.requests)} requests")


browser = subprocess.Popen(
    [
        chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no other host can be reached
        "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank",
    ],
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
)
try:
    port = pathlib.Path(folder, "DevToolsActivePort")
    end = time.monotonic() + TIMEOUT
    while not (port.exists() and port.read_text().strip()):
        assert time.monotonic() < end and browser.poll() is None, "chromium has not started"
        time.sleep(0.1)
    check(Page(port.read_text().split()[0]))
finally:
    browser.kill()
    browser.wait()
