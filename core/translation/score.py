"""Score the translators on the held-out pairs, and keep the scores in their files.

``python -m core.translation.score --data PATH FILE...``; needs sacrebleu 2.6.0, which the lab
itself does not.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import torch

from core.translation.batches import examples
from core.translation.decoding import greedy
from core.translation.files import read_network, shared_pieces, write_network
from core.translation.network import Network
from core.translation.pairs import Pair, read_pairs, split
from core.translation.pieces import Language
from core.translation.training import loss_on
from core.translation.translator import held_out

BUCKETS = {"1-4": (1, 4), "5-7": (5, 7), "8-10": (8, 10), "11-14": (11, 14), "15+": (15, 999)}
"""Of source pieces."""

SAMPLE = 60
"""Of the pairs that come with the project, the first ones: scored apart, for a test."""


def score(path: Path, pairs: Sequence[Pair]) -> dict[str, dict[str, float]]:
    """Translate the pairs, and write the scores into the network's file.

    Returns:
        BLEU and chrF (0 to 100) and the number of pairs, for all and for each of ``BUCKETS``; for
        all, the loss in nats a piece, too.
    """
    network, settings, notes = read_network(path)
    source, target = settings.source, settings.target
    sources = [getattr(pair, source).text for pair in pairs]
    references = [getattr(pair, target).text for pair in pairs]
    translated = translate_all(network, sources, source, target)
    lengths = [len(shared_pieces()[source].encode(sentence)) for sentence in sources]
    scores = {"all": _scores(translated, references, target)}
    scores["all"]["loss"] = round(loss_on(network, examples(pairs, source, target)), 4)
    for name, (least, most) in BUCKETS.items():
        chosen = [i for i, length in enumerate(lengths) if least <= length <= most]
        parts = [translated[i] for i in chosen], [references[i] for i in chosen]
        scores[name] = _scores(*parts, target)
    places = [pairs.index(pair) for pair in held_out()[:SAMPLE]]
    scores["sample"] = _scores(
        [translated[i] for i in places], [references[i] for i in places], target
    )
    write_network(path, network, settings, {**notes, "scores": json.dumps(scores)})
    return scores


def translate_all(
    network: Network, sentences: Sequence[str], source: Language, target: Language
) -> list[str]:
    """Translations in the sentences' order; sentences of one length are translated together."""
    pieces = shared_pieces()
    coded = [pieces[source].encode(sentence) for sentence in sentences]
    translated = [""] * len(sentences)
    for length in sorted(set(map(len, coded))):
        places = [place for place, ids in enumerate(coded) if len(ids) == length]
        written = greedy(network, torch.tensor([coded[place] for place in places]))
        for place, ids in zip(places, written, strict=True):
            translated[place] = pieces[target].text(ids)
    return translated


def _scores(
    translated: Sequence[str], references: Sequence[str], target: Language
) -> dict[str, float]:
    sacrebleu = import_module("sacrebleu")  # by name: it need not be installed to check the types
    tokenize = "zh" if target == "zh" else "13a"
    bleu = sacrebleu.corpus_bleu(translated, [references], tokenize=tokenize).score
    chrf = sacrebleu.corpus_chrf(translated, [references]).score
    return {"pairs": len(translated), "bleu": round(bleu, 2), "chrf": round(chrf, 2)}


if __name__ == "__main__":
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a file of pairs")
    parser.add_argument("files", type=Path, nargs="+")
    arguments = parser.parse_args()
    scored = split(read_pairs(arguments.data)).held_out
    for file in arguments.files:
        sys.stdout.write(f"{file.stem} {json.dumps(score(file, scored))}\n")
