"""Every setting, read in one place: environment variables CITECHECK_*, overridden by the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from index.encoder import PACKAGED
from index.errors import InputError

PREFIX = "CITECHECK_"


class Settings(BaseSettings):
    """Settings with their bounds; unknown keys are refused."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    data: Path = Field(default=Path(".citecheck"), description="The data folder.")
    encoder: str = Field(
        default=PACKAGED, description="Sentence encoder: the packaged one, or a sentence-transformers name or path."
    )
    dense_weight: float = Field(default=0.5, ge=0, le=1, description="The dense leg's share in fusion.")
    top_k: int = Field(default=8, ge=1, le=100, description="Passages read for an answer when a request names none.")
    min_confidence: float | None = Field(
        default=None, ge=0, le=1, description="Answers below this are declined; unset means the fitted threshold."
    )
    max_document_mb: float = Field(default=20, gt=0, le=2000, description="Larger documents are refused, in megabytes.")
    workers: int = Field(default=2, ge=1, le=64, description="Requests worked on at once.")
    queue: int = Field(default=32, ge=0, description="Requests waiting for a worker; more get 503.")
    reports: Path = Field(default=Path("eval-runs"), description="The folder of evaluation runs shown at /eval.")
    llm_url: str | None = Field(
        default=None,
        description="Base URL of an OpenAI-compatible server that words answers; unset: no language model.",
    )
    llm_key: SecretStr = Field(default=SecretStr(""), description="The key sent to that server.")
    llm_model: str | None = Field(default=None, description="The model asked for there.")
    llm_timeout: float = Field(default=20, gt=0, le=600, description="Seconds to wait for it in all.")
    examples: tuple[str, ...] = Field(
        default=(
            "When did the rebels take Timbuktu?",
            "When did the MNLA declare independence?",
            "Why was President Touré ousted?",
        ),
        description="Questions the page offers to start with.",
    )

    @property
    def max_document_bytes(self) -> int:
        """The document limit in bytes."""
        return int(self.max_document_mb * 1_000_000)


def read_settings(overrides: Mapping[str, object]) -> Settings:
    """Return the settings of this process; raises InputError naming the first that is unknown or out of bounds."""
    unknown = sorted(
        name
        for name in os.environ
        if name.upper().startswith(PREFIX) and name[len(PREFIX) :].lower() not in Settings.model_fields
    )
    if unknown:
        raise InputError(f"There is no setting {unknown[0]}; see the settings in the README.", code="unknown_setting")
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks the values
    except SettingsError as error:
        raise InputError(
            f"A setting cannot be read ({error}); lists are written as JSON.", code="bad_setting"
        ) from error
    except ValidationError as error:
        problem = error.errors()[0]
        name = PREFIX + "_".join(str(part) for part in problem["loc"]).upper()
        raise InputError(f"The setting {name} is not valid: {problem['msg']}.", code="bad_setting") from error
