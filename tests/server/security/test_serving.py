"""``sightline serve`` listens for other machines only where it knows callers and is walled in."""

from pathlib import Path
from typing import Any

import pytest

from sightline.cli import main
from sightline.server import listening, opening
from sightline.server.security.tokens import line, new_token


@pytest.fixture
def unwalled(site_of: Any, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Let nothing shut the workers in, and let the server end as soon as it listens."""
    served: list[Any] = []

    def serve(app: Any, opened: Any, listening: Any) -> None:
        listening()
        served.append(app)

    def open_site(settings: Any) -> Any:
        return site_of(host=settings.host, tokens=settings.tokens), "no wall here"

    monkeypatch.setattr(opening, "open_site", open_site)
    monkeypatch.setattr(listening, "serve", serve)
    return served


@pytest.fixture
def tokens(tmp_path: Path) -> str:
    path = tmp_path / "tokens"
    path.write_text(line("alice", new_token()), encoding="utf-8")
    return str(path)


def test_without_a_wall_it_listens_for_this_machine_only(
    unwalled: list[Any], tokens: str, capsys: pytest.CaptureFixture[str]
) -> None:
    beyond = ["serve", "--port", "0", "--host", "0.0.0.0"]
    assert main(beyond) == 2
    assert "no token is asked for" in capsys.readouterr().err
    assert main([*beyond, "--tokens", tokens]) == 2
    assert "queries are not shut in: no wall here" in capsys.readouterr().err
    assert not unwalled

    for arguments in (
        ["serve", "--port", "0"],
        [*beyond, "--tokens", tokens, "--i-know"],
        [*beyond, "--i-know"],
    ):
        assert main(arguments) == 0
        assert "note: queries are checked, but not shut in: no wall" in capsys.readouterr().err
    assert len(unwalled) == 3


def test_a_faulty_file_of_tokens_starts_no_server(
    unwalled: list[Any], tokens: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(tokens).write_text("alice password\n", encoding="utf-8")
    assert main(["serve", "--port", "0", "--tokens", tokens]) == 2
    told = capsys.readouterr().err
    assert told.startswith("error[input.syntax]")
    assert "line 1" in told
    assert "password" not in told
    assert not unwalled


def test_a_browser_signs_in_and_out(serving: Any, site_of: Any, tmp_path: Path) -> None:
    from sightline.server.app import create_app

    api = pytest.importorskip("playwright.sync_api")
    chromium = Path("/usr/bin/chromium")
    if not chromium.exists():
        pytest.skip(f"there is no {chromium}")
    token = new_token()
    (tmp_path / "tokens").write_text(line("alice", token), encoding="utf-8")
    with (
        serving.serving(create_app(site_of(tokens=tmp_path / "tokens"))) as client,
        api.sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        page = browser.new_page()
        complaints: list[str] = []
        page.on(
            "console",
            lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None,
        )
        page.goto(f"{client.address}/questions")
        assert "/sign-in?next=%2Fquestions" in page.url
        page.get_by_label("Token").fill("wrong")
        page.keyboard.press("Enter")
        page.get_by_text("the token is not known").wait_for()
        complaints.clear()  # Chromium tells of the 401
        page.get_by_label("Token").fill(token)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{client.address}/questions")
        assert page.evaluate("document.cookie") == ""
        page.get_by_role("link", name="Sign out").click()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_label("Token").wait_for()
        page.goto(f"{client.address}/questions")
        assert "/sign-in" in page.url
        browser.close()
    assert complaints == []
