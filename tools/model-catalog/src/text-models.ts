// Ids say what a model is for only by custom. Every word stands between separators, so that `gpt-image-1`, `chatgpt-image-latest` and
// `tts-1` are caught wherever the word is, and `claude-sonata` would not be taken for `sora`.
const otherPurpose =
  /(?:^|[-_./:])(?:embed(?:ding|dings)?|whisper|tts|dall-e|sora|veo|imagen|imagine|image|images|video|moderation|rerank(?:er)?|guard|babbage-002|davinci-002|transcribe|transcription|realtime|live|audio|speech|voice|sonic|asr|ocr|lyria|music)(?:$|[-_./:\d])/i;

// Models that someone trained for themselves: their names are private.
const privateModel = /(?:^|[-_/:])ft[:-]/i;

/** Whether an id names a public model that reads and writes text. */
export const isTextModel = (id: string): boolean => !otherPurpose.test(id) && !privateModel.test(id);
