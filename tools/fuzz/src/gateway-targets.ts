import { parseModelAnswer } from '@plano/brightstaff';
import { decodeUtf8 } from '@plano/hermesllm';
import { readConversationState } from '@plano/prompt-gateway';
import type { Target } from './target.ts';
import { bounded } from './target.ts';

// Text that models and clients write and that a gateway reads: whatever it is, nothing is thrown.

const prefills = ['', '```json\n{"', '```json\n{"required_functions":'];

const modelAnswer: Target = {
  name: 'model-answer',
  corpus: 'json',
  seeds: [
    '```json\n{"tool_calls": [{"name": "get_weather", "arguments": {"city": "Berlin", "days": 3}}]}\n```',
    'required_functions": ["get_weather"], "clarification": "Which city?"}\n```',
    "{'response': 'It is \\'fine\\'', tool_calls: [,], // none\n}",
    '\\n{\\"tool_calls\\": [{\\"name\\": \\"f\\", \\"arguments\\": {}}]}\\n',
  ],
  run(bytes) {
    const text = decodeUtf8(bytes);
    for (const prefill of prefills) {
      const answer = parseModelAnswer(text, prefill);
      bounded(JSON.stringify(answer).length, bytes.length, 'a reading');
      if (answer.kind === 'unreadable') continue;
      // What was read, and repaired if it had to be, is JSON that reads as the same.
      const again = parseModelAnswer(answer.json, '');
      if (JSON.stringify(again) !== JSON.stringify(answer)) throw new Error(`reads ${answer.json} as ${JSON.stringify(again)}`);
    }
  },
};

const stateMessages = 64;

const conversationState: Target = {
  name: 'conversation-state',
  corpus: 'json',
  seeds: [
    JSON.stringify({
      messages: JSON.stringify([
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }],
          model: 'Arch-Function',
        },
        { role: 'tool', content: '18', tool_call_id: 'call_1' },
      ]),
    }),
    '[[{"key":"call_1","tool_call":{"name":"f","arguments":{"city":"Berlin"}},"tool_response":"18"}]]',
  ],
  run(bytes) {
    const messages = readConversationState(decodeUtf8(bytes));
    if (messages.length > stateMessages) throw new Error(`${messages.length} messages of one turn`);
    bounded(JSON.stringify(messages).length, bytes.length, 'a state');
    // A state is brought back as often as the client likes.
    const again = readConversationState(JSON.stringify({ messages: JSON.stringify(messages) }));
    if (JSON.stringify(again) !== JSON.stringify(messages)) throw new Error(`came back as ${JSON.stringify(again)}`);
  },
};

/** What the gateways read that is no request, answer or stream of an API. */
export const gatewayTargets: readonly Target[] = [modelAnswer, conversationState];
