"""Prompts a person may choose in a client: a cited answer, a checked text."""

from __future__ import annotations

from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    GetPromptResult,
    ListPromptsResult,
    Prompt,
    PromptArgument,
    PromptMessage,
    TextContent,
)

_PROMPTS = (
    Prompt(
        name="cited_answer",
        title="Answer with quotes",
        description="Answer a question from the documents, every statement with its quote and address.",
        arguments=[PromptArgument(name="question", description="What to answer.", required=True)],
    ),
    Prompt(
        name="fact_check",
        title="Check a text",
        description="Check every claim of a text against the documents.",
        arguments=[PromptArgument(name="text", description="The text to check.", required=True)],
    ),
)
_TASKS = {
    "cited_answer": (
        "Answer the question below from the documents only, using the tool ask. Put each quote unchanged in quotation "
        "marks with its address behind it. If the tool declines, say that the documents do not say. If it finds rival "
        "answers, give them all. Question:"
    ),
    "fact_check": (
        "Check the text below with the tool check. List each claim with its verdict and the quotes for and against, "
        "unchanged and with their addresses. Say which claims the documents do not decide. Text:"
    ),
}


def list_prompts() -> ListPromptsResult:
    """Return what can be chosen."""
    return ListPromptsResult(prompts=list(_PROMPTS))


def get_prompt(name: str, given: dict[str, str] | None) -> GetPromptResult:
    """Return the prompt filled in; raises MCPError for an unknown one or a missing argument."""
    prompt = next((one for one in _PROMPTS if one.name == name), None)
    if prompt is None:
        known = ", ".join(one.name for one in _PROMPTS)
        raise MCPError(code=INVALID_PARAMS, message=f"There is no such prompt; the prompts are {known}.")
    wanted = [argument.name for argument in prompt.arguments or ()]
    values = [(given or {}).get(one, "").strip() for one in wanted]
    if not all(values):
        raise MCPError(code=INVALID_PARAMS, message=f"The prompt {name} needs {', '.join(wanted)}.")
    content = TextContent(type="text", text="\n\n".join((_TASKS[name], *values)))
    return GetPromptResult(description=prompt.description, messages=[PromptMessage(role="user", content=content)])
