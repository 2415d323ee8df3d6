"""Files that a reader takes away: reports, programs and notebooks."""
