"""No query leaves the machine, writes, or ends the process: hostile texts against a listener."""

import contextlib
import itertools
import random
import socket
import sys
import threading
import time
from collections.abc import Iterator

import pyoxigraph
import pytest

from sightline.errors import QueryError
from sightline.stores import Solutions
from sightline.stores.embedded import EmbeddedStore
from sightline.stores.guard import check


class Listener:
    """Counts who connects to it, and hangs up."""

    def __init__(self) -> None:
        self.contacts = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        while True:
            try:
                caller, _ = self.socket.accept()
            except OSError:
                return
            self.contacts += 1
            caller.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.socket.close()


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    store = EmbeddedStore({"e": "urn:"})
    store.load(b"<urn:s> <urn:p> 'customer service' .", format="turtle", graph="urn:g")
    return store


def test_the_listener_would_notice(listener: Listener) -> None:
    text = f"SELECT * {{ SERVICE SILENT <{listener.url}> {{ ?s ?p ?o }} }}"
    list(pyoxigraph.Store().query(text))

    assert listener.contacts == 1


HOSTILE = [
    "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { sErViCe SILENT <URL> { ?s ?p ?o } }",
    "SELECT * { SERVICESILENT<URL>{ ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o . SERVICE<URL>{} }",
    "SELECT * { ?s ?p ?o .SERVICE?o{} VALUES ?o { <URL> } }",
    "PREFIX x: <URL> SELECT * { SERVICEx:a { ?s ?p ?o } }",
    "PREFIX x: <URL> SELECT * { SERVICE x: { ?s ?p ?o } }",
    "SELECT * { ?s ?p true SERVICE <URL> {} }",
    "SELECT * { ?s ?p 1SERVICE <URL> {} }",
    "SELECT * { ?s ?p '#' SERVICE <URL> {} }",
    "SELECT * { ?s ?p '''a' # ''' SERVICE <URL> {} }",
    'SELECT * { ?s ?p "\\"" SERVICE <URL> {} # "\n }',
    "SELECT * { # comment \r SERVICE <URL> {} }",
    "SELECT * { # comment \n SERVICE # comment \n <URL> {} }",
    "SELECT * { ?s ?p <urn:x#y> SERVICE <URL> {} }",
    "SELECT * { ?s ?p ?o FILTER(?o<?o&&'x>'!='')SERVICE<URL>{ ?s ?p ?o }#'\n}",
    "SELECT * { ?s ?p ?o FILTER(?o<e:p#>\n)SERVICE<URL>{ ?s ?p ?o }\n}",
    "SELECT * { \\u0053ERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { S\\U00000045RVICE <URL> { ?s ?p ?o } }",
    "SELECT * { \\u0053\\u0045\\u0052\\u0056\\u0049\\u0043\\u0045 <URL> { ?s ?p ?o } }",
    "SELECT * { ?s ?p '\\u0022' SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { ?s ?p e:it\\'s SERVICE <URL> { ?s ?p ?o } #'\n }",
    "SELECT * { ?s ?p e:a\\#b SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { { SELECT * { SERVICE <URL> { ?s ?p ?o } } } }",
    "ASK { FILTER EXISTS { SERVICE <URL> { ?s ?p ?o } } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "DESCRIBE ?s { SERVICE <URL> { ?s ?p ?o } }",
    "\ufeffSELECT * { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { \u017fERVICE <URL> { ?s ?p ?o } }",
    "LOAD <URL>",
    "LOAD SILENT <URL> INTO GRAPH <urn:g>",
    "INSERT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "ASK {} ; LOAD <URL>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_query_calls_another_server(store: EmbeddedStore, listener: Listener, text: str) -> None:
    with pytest.raises(QueryError):
        store.query(text.replace("URL", listener.url))

    assert listener.contacts == 0


def test_nor_does_one_that_the_guard_may_read_differently(
    store: EmbeddedStore, listener: Listener
) -> None:
    """By longest match this holds an IRI and then a call; to the engine, a comment and a string."""
    text = "SELECT * { ?s ?p ?o FILTER(?o<e:p#>\n && '''\n)SERVICE<URL>{ ?s ?p ?o } #''' )\n}"
    store.query(text.replace("URL", listener.url))

    assert listener.contacts == 0


def test_from_fetches_nothing(store: EmbeddedStore, listener: Listener) -> None:
    assert store.query(f"SELECT * FROM <{listener.url}> {{ ?s ?p ?o }}") == Solutions(
        ("o", "p", "s"), []
    )
    assert listener.contacts == 0


@pytest.mark.slow
def test_no_mixture_of_pieces_calls_another_server(
    store: EmbeddedStore, listener: Listener
) -> None:
    chance = random.Random(20240902)
    pieces = [
        *("SERVICE", "service", "SILENT", f"<{listener.url}>", "{ ?s ?p ?o }", "{}", "}", "{"),
        *("'", '"', "'''", '"""', "\\", "#", "\n", "<", ">", "?", "$", ":", "_:", "@en", "^^"),
        *(".", ";", ",", "a", "e:p", "true", "1", "1e0", "(", ")", "|", "/", "FILTER(?o<?o)", "?o"),
        *("FILTER(", "OPTIONAL", "UNION", "GRAPH ?g", "BIND(1 AS ?b)", " ", "  ", "\\u0053", "-"),
        *("e:", "VALUES ?v { 1 }", "\u00e9", "&&", "!=", "''", "<urn:x#>", "e:SERVICE", "?SERVICE"),
    ]
    ran = 0
    for _ in range(20_000):
        middle = chance.choices(pieces, k=chance.randint(0, 6))
        call = chance.choice(
            [["SERVICE", f"<{listener.url}>", "{}"], ["SERVICE<", listener.url, ">{?s ?p ?o}"]]
        )
        spot = chance.randint(0, len(middle))
        text = "".join(itertools.chain(middle[:spot], call, middle[spot:]))
        lead = chance.choice(["", "?s ?p ?o ", "?s ?p ?o . ", "?s ?p "])
        try:
            store.query(f"SELECT * {{ {lead}{text} }}")
        except QueryError:
            continue
        ran += 1

    assert listener.contacts == 0
    assert ran > 20  # some hide the word in a comment or a string, and those must still run


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SELECT ?service WHERE { ?service ?p ?o }", "urn:s"),
        ("SELECT $service WHERE { $service ?p ?o }", "urn:s"),
        ("SELECT ?s WHERE { ?s ?p 'customer service' }", "urn:s"),
        ("SELECT ?s WHERE { ?s ?p ?o FILTER(CONTAINS(?o, 'service')) } # SERVICE", "urn:s"),
        ("# a customer's SERVICE\nSELECT ?s { ?s ?p ?o # service\n }", "urn:s"),
        ("SELECT (<urn:Service#service> AS ?x) {}", "urn:Service#service"),
        ("SELECT ('''it's \"service\"''' AS ?x) {}", 'it\'s "service"'),
        ("SELECT ('\\u0027 SERVICE <urn:x> {} #' AS ?x) {}", "' SERVICE <urn:x> {} #"),
        ("SELECT ('C:\\\\service' AS ?x) {}", "C:\\service"),
        ("PREFIX dcat: <urn:dcat#> SELECT (dcat:service AS ?x) {}", "urn:dcat#service"),
        ("PREFIX d: <urn:d#> SELECT (d:myServicePoint AS ?x) {}", "urn:d#myServicePoint"),
        ("SELECT ?s WHERE { ?s ?p ?o FILTER(1<2&&2>1) }", "urn:s"),
    ],
)
def test_the_word_may_stand_where_it_is_no_keyword(
    store: EmbeddedStore, text: str, found: str
) -> None:
    answer = store.query(text)

    assert isinstance(answer, Solutions)
    assert [row[0] and row[0].value for row in answer.rows] == [found]


def test_a_prefix_with_the_word_is_refused_with_advice(store: EmbeddedStore) -> None:
    with pytest.raises(QueryError, match="SERVICE is refused") as caught:
        store.query("PREFIX service: <urn:> SELECT * { ?s service:p ?o }")
    assert "rename a prefix" in caught.value.hint


def test_a_refusal_tells_the_place() -> None:
    with pytest.raises(QueryError, match=r"line 3, column 4"):
        check("SELECT *\n{ # 'service'\n   SERVICE <urn:x> {} }")


def test_the_engine_decodes_escapes_only_in_strings_and_iris() -> None:
    """The guard rests on this: an escaped keyword is none."""
    for text in ("\\u0053ELECT * {}", "SELECT * { ?s \\u0061 ?o }", "ASK \\u007B }"):
        with pytest.raises(SyntaxError):
            pyoxigraph.Store().query(text)


LIMITS = {
    "braces": "ASK" + "{" * 5_000 + "}" * 5_000,
    "parentheses": f"ASK {{ FILTER({'(' * 5_000}1{')' * 5_000}) }}",
    "not": f"ASK {{ FILTER({'!' * 20_000}1) }}",
    "or": f"ASK {{ FILTER({'||'.join('1' * 20_000)}) }}",
    "sum": f"ASK {{ FILTER({'+'.join('1' * 20_000)}) }}",
    "path": f"ASK {{ ?s {'/'.join(['e:p'] * 2_000)} ?o }}",
    "union": f"ASK {{ {' UNION '.join(['{}'] * 20_000)} }}",
    "bind": f"ASK {{ {''.join(f'BIND(1 AS ?x{n})' for n in range(5_000))} }}",
    "select": f"SELECT {' '.join(f'(1 AS ?x{n})' for n in range(5_000))} {{}}",
    "optional": f"ASK {{ {'OPTIONAL { ?s ?p ?o }' * 2_000} }}",
    "text": "ASK {}" + " " * 1_000_000,
    "string": f"ASK {{ ?s ?p '{'x' * 1_000_000}' }}",
}


@pytest.mark.parametrize("name", LIMITS)
def test_what_would_overflow_the_engine_is_refused(store: EmbeddedStore, name: str) -> None:
    with pytest.raises(QueryError, match="the query is too large") as caught:
        store.query(LIMITS[name])
    assert caught.value.code == "query.refused"


def test_large_tables_of_values_are_no_danger(store: EmbeddedStore) -> None:
    rows = "".join(f"(<urn:s> '{n}')" for n in range(20_000))

    answer = store.query(f"SELECT (COUNT(*) AS ?n) {{ VALUES (?s ?x) {{ {rows} }} ?s ?p ?o }}")

    assert isinstance(answer, Solutions)
    assert [row[0] and row[0].value for row in answer.rows] == ["20000"]


@pytest.mark.parametrize(
    "text", ["'\\" * 400_000, '"""' + '"" ' * 300_000, "<" * 900_000, "e:-a." * 180_000]
)
def test_a_check_takes_linear_time(text: str) -> None:
    start = time.perf_counter()
    with contextlib.suppress(QueryError):
        check(f"SELECT * {{ {text} SERVICE }}")

    assert time.perf_counter() - start < 10  # about a second; hours if it were quadratic


@pytest.mark.skipif(sys.platform == "win32", reason="addresses of files look different there")
def test_no_query_reads_files(store: EmbeddedStore) -> None:
    assert store.query("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }") == Solutions(
        ("o", "p", "s"), []
    )


@pytest.mark.parametrize("text", ["SELECT * FROMx:y { ?s ?p ?o }", "SELECT * frOM:y { ?s ?p ?o }"])
def test_a_dataset_that_is_glued_to_from_is_not_taken_for_none(text):
    with pytest.raises(QueryError, match="unknown prefix"):
        check(text)


def test_a_prefix_may_begin_with_from_where_it_is_declared():
    assert check("PREFIX from: <urn:x:> DESCRIBE from:y").has_dataset is False
