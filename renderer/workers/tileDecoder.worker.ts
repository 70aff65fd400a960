import { createBrowserCodecs } from './browserCodecs';
import { answerRequest, type WorkerRequest } from './decodeJobs';

/** One worker of the decoder pool. */
const codecs = createBrowserCodecs();

addEventListener('message', (event: MessageEvent<WorkerRequest>) => {
  void answerRequest(event.data, codecs).then(({ answer, transfer }) =>
    postMessage(answer, { transfer: transfer as ArrayBuffer[] }),
  );
});
