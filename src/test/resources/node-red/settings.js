// Node-RED as the benchmark compares with it: each notification is verified, parsed, answered, mapped and posted, all in memory.
const crypto = require('crypto');

const METRICS = {
  'conversation.user.created': 'Created Conversation',
  'conversation.rating.added': 'Rated Conversation',
  'conversation.read': 'Read Conversation',
  'conversation.user.replied': 'Replied to Conversation',
  'ticket.created': 'Created Ticket',
  'ticket.contact.replied': 'Replied to Ticket',
};

function answer(msg, status) {
  return { req: msg.req, res: msg.res, statusCode: status, payload: '' };
}

function map(msg) {
  const signature = 'sha1=' + crypto.createHmac('sha1', process.env.CLIENT_SECRET).update(msg.payload).digest('hex');
  if (msg.req.headers['x-hub-signature'] !== signature) {
    return [answer(msg, 401), null];
  }
  const notification = JSON.parse(msg.payload);
  const item = notification.data.item.ticket || notification.data.item;
  const event = {
    data: {
      type: 'event',
      attributes: {
        metric: { data: { type: 'metric', attributes: { name: METRICS[notification.topic] || 'Submitted Ticket' } } },
        profile: { data: { type: 'profile', attributes: { email: 'contact-' + item.id.slice(-3) + '@klaviyo-demo.com' } } },
        properties: { title: item.title, state: item.state, tags: item.tags },
        unique_id: ['intercom', notification.app_id, notification.topic, item.id, notification.id].join(':'),
        time: new Date(notification.created_at * 1000).toISOString(),
      },
    },
  };
  const request = {
    url: process.env.KLAVIYO_URL + '/api/events',
    headers: {
      Authorization: 'Klaviyo-API-Key pk_stand_in',
      'Content-Type': 'application/vnd.api+json',
      Accept: 'application/vnd.api+json',
      revision: '2026-07-15',
    },
    payload: JSON.stringify(event),
  };
  return [answer(msg, 200), request];
}

module.exports = {
  uiHost: '127.0.0.1',
  uiPort: process.env.PORT,
  flowFile: 'flows.json',
  httpAdminRoot: false,
  functionGlobalContext: { map },
  logging: { console: { level: 'warn' } },
};
