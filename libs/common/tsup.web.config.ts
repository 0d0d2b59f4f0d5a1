import { defineConfig } from 'tsup';
import { packageBuild } from '../../tsup.config.base.ts';

// After the portable entries: this one is compiled with the web's types, which no other file may see.
export default defineConfig(packageBuild(['src/web.ts'], { clean: false, tsconfig: 'tsconfig.web.json' }));
