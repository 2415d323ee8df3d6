"""Attention computed with every step kept, beside recurrent and convolutional layers.

A sentence becomes tokens (`tokens`), vectors (`embeddings`) and, through a source (`sources`), an
`AttentionTrace` (`trace`) that holds scores, weights and outputs. `influence` measures what every
output feels of every input, for attention, `rnn` and `cnn` alike. Nothing here draws.
"""
