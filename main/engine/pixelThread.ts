import { threadTools } from './nodeParts';
import { servePixelThread } from './tasks/thread';

servePixelThread(threadTools());
