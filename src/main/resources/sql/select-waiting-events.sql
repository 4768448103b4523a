SELECT unique_id, notification, lane FROM event WHERE state = 'waiting' AND contact_id = ?
