SELECT handled, begun FROM journal
