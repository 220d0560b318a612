"""Describe the questions of the library as JSON."""

from typing import Any

from sightline.queries import LibraryQuestion


def question_json(question: LibraryQuestion) -> dict[str, Any]:
    """Turn what the header of a question says into plain JSON values."""
    return {
        "name": question.name,
        "folder": question.folder,
        "summary": question.summary,
        "question": question.question,
        "needs": sorted(question.needs),
        "tags": list(question.tags),
        "params": [
            {
                "name": p.name,
                "type": p.type,
                "required": p.required,
                "example": p.example,
                "description": p.description,
            }
            for p in question.params.values()
        ],
        "returns": dict(question.returns),
    }
