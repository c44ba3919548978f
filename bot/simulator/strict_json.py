"""JSON as it comes and goes over the wire, in proper UTF-8 throughout."""

import json
from typing import Any


def read_object(document: bytes | str) -> dict[str, Any] | None:
    """A JSON object; None when it is something else or holds half characters."""
    try:
        data = json.loads(document)
        json.dumps(data, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def readable_json(data: Any) -> str:
    """JSON that shows Chinese as it is."""
    return json.dumps(data, ensure_ascii=False)
