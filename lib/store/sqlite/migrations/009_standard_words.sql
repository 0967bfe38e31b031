-- Standard words for two states. The tables' definitions name the old ones in comments, which stay. Now:
--   events.state  open settled gone not_in_stream
--   passes.state  waiting running done failed awaiting_confirmation canceled
UPDATE events SET state = 'not_in_stream' WHERE state = 'outside';
UPDATE passes SET state = 'awaiting_confirmation' WHERE state = 'asking';
