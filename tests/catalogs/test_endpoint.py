"""A SPARQL endpoint that the user names is asked by the real client; nothing else is."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from sightline.catalogs import read_endpoint
from sightline.errors import SightlineError
from sightline.stores.embedded import EmbeddedStore

DATA = b"""@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://om.example/table/1> a dcat:Dataset ; dct:title "people" ;
  dcat:theme <https://om.example/tag/PII> .
<https://om.example/tag/PII> a skos:Concept ; skos:prefLabel "PII" .
<https://om.example/user/1> a <https://om.example/User> ; dct:title "not asked for" ."""


class Handler(BaseHTTPRequestHandler):
    """Answers SPARQL queries from a store in memory."""

    store: EmbeddedStore

    def do_GET(self):
        self.answer(parse_qs(urlsplit(self.path).query))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(parse_qs(body.decode()))

    def answer(self, fields):
        text = fields["query"][0]
        form = "json" if "SELECT" in text.partition("{")[0] else "ntriples"
        try:
            content = self.store.serialize(text, form)
        except SightlineError as error:
            self.send_error(400, str(error)[:80])
            return
        self.send_response(200)
        json = "application/sparql-results+json"
        self.send_header("Content-Type", json if form == "json" else "application/n-triples")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments):
        """Stay silent."""


@pytest.fixture
def address():
    Handler.store = EmbeddedStore()
    Handler.store.load(DATA, format="turtle", graph="urn:om")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/sparql"
    server.shutdown()
    server.server_close()
    thread.join()


def test_datasets_of_an_endpoint_are_read(address):
    file = read_endpoint(address)
    assert file.errors == ()
    assert (file.format, len(file.sha256)) == ("openmetadata-sparql", 64)
    (dataset,) = file.datasets
    assert dataset.title == "people"
    assert [given.term.name for given in dataset.categories] == ["PII"]
    assert file.sha256 == read_endpoint(address).sha256


def test_an_endpoint_that_does_not_answer_is_an_error_of_its_entry():
    file = read_endpoint("http://127.0.0.1:9/sparql")
    assert [error.code for error in file.errors] == ["input.unreadable"]


def test_an_address_that_is_none_is_an_error_of_its_entry():
    assert [error.code for error in read_endpoint("sparql").errors] == ["input.unreadable"]
