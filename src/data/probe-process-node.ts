// A process that looks whether clips can be read.
import { answerOrders } from './answer-orders-node.ts';
import { probeClip } from './probe-clip-node.ts';

answerOrders(probeClip);
