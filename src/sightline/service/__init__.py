"""What a server offers, apart from how it is asked: tasks, and the workers that do them.

A task is a named function from JSON values to JSON values or a stream of bytes (``tasks``). Workers
(``workers``) do tasks where a hostile one can be stopped. The HTTP server and the MCP server
only pass tasks on and show what comes back, so that all of them give the same answer.
"""
