SELECT id, beat FROM instance
