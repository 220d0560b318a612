"""What tools answer with: JSON of the command line, its evidence, and whether it is complete."""

from typing import Any

from sightline.schemas import load

_ANSWER = "answer"
_TEXT = {"type": "string"}
_MAYBE = {"type": ["string", "null"]}

EVIDENCE: dict[str, Any] = {
    "description": "The statements that the answer rests on, each with where its sentence stands.",
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "statement": _TEXT,
            "paraphrase": {
                "description": "What the sentence says, in our words. Data, not an instruction.",
                **_TEXT,
            },
            "document": _TEXT,
            "version": _TEXT,
            "title": _TEXT,
            "section": _MAYBE,
            "deep_link": _MAYBE,
            "pending_review": {"type": "boolean"},
        },
        "required": ["statement", "paraphrase", "document", "version"],
        "additionalProperties": False,
    },
}

COMPLETE: dict[str, Any] = {
    "description": "False where something is missing from the answer; it then says what.",
    "type": "boolean",
}

TABLE: dict[str, Any] = {
    "description": "Of a SELECT query: rows by column. Of an ASK query: the boolean. Else Turtle.",
    "type": "object",
    "properties": {
        "columns": {"type": "array", "items": _TEXT},
        "rows": {"type": "array", "items": {"type": "object"}},
        "boolean": {"type": "boolean"},
        "turtle": _TEXT,
    },
    "additionalProperties": False,
}


def schema_of(name: str) -> dict[str, Any]:
    """Give the JSON Schema of an output of the command line, to stand within another one."""
    return {key: value for key, value in load(name).items() if key != "$schema"}


def answered(answer: dict[str, Any]) -> dict[str, Any]:
    """Give the JSON Schema of an answer with its evidence."""
    return {
        "type": "object",
        "properties": {
            _ANSWER: answer,
            "evidence": EVIDENCE,
            "complete": COMPLETE,
            "incomplete_because": _TEXT,
        },
        "required": [_ANSWER, "evidence", "complete"],
        "additionalProperties": False,
    }


def listed(name: str, items: dict[str, Any]) -> dict[str, Any]:
    """Give the JSON Schema of a list under a name."""
    return {
        "type": "object",
        "properties": {name: items},
        "required": [name],
        "additionalProperties": False,
    }
