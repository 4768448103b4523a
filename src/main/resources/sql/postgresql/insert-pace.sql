INSERT INTO pace (endpoint, state) VALUES (?, '') ON CONFLICT (endpoint) DO NOTHING
