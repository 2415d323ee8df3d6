"""Attention computed with every step kept, beside recurrent and convolutional layers.

A sentence becomes tokens (`tokens`), vectors (`embeddings`) and, through a source (`sources`), an
`AttentionTrace` (`trace`) that holds scores, weights and outputs. `influence` measures what every
output feels of every input, for attention, `rnn` and `cnn` alike. Nothing here draws.
"""

PUBLIC = (
    "core.attention.scaled_dot_product_attention",
    "core.attention.additive_attention",
    "core.attention.multi_head_attention",
    "core.positions.sinusoidal",
    "core.positions.rotate",
    "core.positions.alibi_slopes",
    "core.receptive_field.receptive_field",
    "core.complexity.operations",
    "core.influence.influence",
    "core.sources.handset.HandsetSource",
    "core.sources.pretrained.PretrainedSource",
    "core.sources.uploaded.read_upload",
    "core.trace.AttentionTrace",
    "core.trace.LayerTrace",
)
"""The names that others may build on; importing `core` loads none of them."""
