"""The choices of a race that takes seconds."""

RACE = {
    "training_length": 16,
    "training_steps": 50,
    "training_budget": 8_000,
    "training_contenders": ["relative", "gru", "cnn"],
}
