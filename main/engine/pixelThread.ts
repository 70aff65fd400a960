import { standBehind, threadTools } from './nodeParts';
import { servePixelThread } from './tasks/thread';

standBehind();
servePixelThread(threadTools());
