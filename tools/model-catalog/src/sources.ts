/** The published packages that facts are taken from, exact and checked by hash. The order is the order of trust, first wins. */
export const packageSources = {
  'pi-ai': {
    package: '@earendil-works/pi-ai',
    version: '1.5.2',
    licence: 'MIT',
    published: '2026-11-10',
    integrity: 'sha512-2tWPSnV3qzfiDIY3aWluBag3vC++Vs+VsXt/UquSU5onPMohPih72FUhIhaqmDdMYubOgB3Byl9uF4Vk40JLvQ==',
  },
  'genai-prices': {
    package: '@pydantic/genai-prices',
    version: '0.1.8',
    licence: 'MIT',
    published: '2026-09-23',
    integrity: 'sha512-h7CYw6qTyflG2zUndO8tXyL8Xopf+tX9JZu13h0ZFgeyYj+J2gm1edR4+R+mbQ2vPdkFjtTmmmu1cYQPM5/KTA==',
  },
  'anthropic-sdk': {
    package: '@anthropic-ai/sdk',
    version: '1.12.0',
    licence: 'Apache-2.0',
    published: '2026-11-20',
    integrity: 'sha512-0j9zwiQdkvr90LoiiBDUh7kae1lsNW2EqeE0vGceYne4BrmMDdDVoQ4KGOieUee0zWZbVJKsf/06JY8U5i63Xg==',
  },
  'openai-sdk': {
    package: 'openai',
    version: '7.57.0',
    licence: 'Apache-2.0',
    published: '2026-11-13',
    integrity: 'sha512-RbmrdE5NdfW6nGq/FaCJ3KFCZpotoExPzruQUSMCTw/ouUFO08vpvVdSmgmPxQMFAiv9EXZCEXvcWYU+n6NzsQ==',
  },
  'alibaba-sdk': {
    package: '@ai-sdk/alibaba',
    version: '2.0.58',
    licence: 'Apache-2.0',
    published: '2026-09-28',
    integrity: 'sha512-o86z1gHVlteZmXgRaZPpt6OqWm77ZJt731vt3NVr6jpBpAIAGCWC+PjAAVIJUX2iS3HU0lBVhGpngfpds0fUNQ==',
  },
} as const;

export type SourceKey = keyof typeof packageSources;

export const sourceKeys = Object.keys(packageSources) as SourceKey[];
