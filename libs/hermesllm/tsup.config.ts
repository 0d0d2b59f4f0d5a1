import { defineConfig } from 'tsup';
import { packageBuild } from '../../tsup.config.base.ts';

const portable = [
  'src/index.ts',
  'src/core.ts',
  'src/framing.ts',
  'src/openai-chat.ts',
  'src/openai-responses.ts',
  'src/anthropic-messages.ts',
  'src/bedrock-converse.ts',
  'src/gemini.ts',
  'src/providers.ts',
  'src/models.ts',
];

export default defineConfig(packageBuild(portable));
