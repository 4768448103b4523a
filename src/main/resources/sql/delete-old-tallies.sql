DELETE FROM tally WHERE hour < ? AND hour > 0
