import { dropParameters } from './drop-parameters.ts';
import type { Quirk } from './provider.ts';

/**
 * Messages served by a cloud: the model moves from the body into the path and the version from a header into the body.
 * Nothing else differs, so the Messages codec is used as it is.
 */
export const claudeInPath = (version: string, also: { betasInBody: boolean; streamInPath: boolean }): Quirk => ({
  name: `claude-in-path-${version}`,
  apis: ['anthropic-messages'],
  when: () => true,
  apply: (wire, target, warn) => {
    // Tiers are Anthropic's own: LiteLLM 1.110 (`MESSAGES_SERVICE_TIER_PROVIDERS`).
    const taken = dropParameters(wire, ['service_tier'], 'Only Anthropic itself has it', warn);
    const changed: Record<string, unknown> = { anthropic_version: version, ...taken };
    delete changed['model'];
    if (also.streamInPath) delete changed['stream'];
    if (also.betasInBody && target.betas !== undefined && target.betas.length > 0) changed['anthropic_beta'] ??= target.betas;
    return changed;
  },
});
