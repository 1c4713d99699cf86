/** A flow, as VPC Flow Logs have it: https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html. A field that the log was not made with is absent. */
export interface VpcFlowLogRecord {
  /** Version of the flow log: 2 for the default format, else the highest of its fields. */
  readonly version?: number;
  /** Account that owns the source network interface, or `unknown`. */
  readonly accountId?: string;
  /** Network interface for which the traffic is recorded. */
  readonly interfaceId?: string;
  /** Source address: that of the interface, for outgoing traffic. */
  readonly srcaddr?: string;
  /** Destination address: that of the interface, for incoming traffic. */
  readonly dstaddr?: string;
  /** Source port. */
  readonly srcport?: number;
  /** Destination port. */
  readonly dstport?: number;
  /** IANA number of the protocol, such as 6 for TCP. */
  readonly protocol?: number;
  /** Packets of the flow. */
  readonly packets?: number;
  /** Bytes of the flow. */
  readonly bytes?: number;
  /** When the first packet was received, in seconds since 1970. */
  readonly start?: number;
  /** When the last packet was received, in seconds since 1970. */
  readonly end?: number;
  /** `ACCEPT` or `REJECT`; absent without data. */
  readonly action?: string;
  /** `OK`, `NODATA` or `SKIPDATA`. */
  readonly logStatus?: string;
  /** The VPC. */
  readonly vpcId?: string;
  /** The subnet. */
  readonly subnetId?: string;
  /** The instance; absent for interfaces that AWS manages. */
  readonly instanceId?: string;
  /** Bit mask of TCP flags: 1 FIN, 2 SYN, 4 RST, 16 ACK. */
  readonly tcpFlags?: number;
  /** `IPv4`, `IPv6` or `EFA`. */
  readonly type?: string;
  /** Original source address of the packets. */
  readonly pktSrcaddr?: string;
  /** Original destination address of the packets. */
  readonly pktDstaddr?: string;
  /** AWS Region of the interface. */
  readonly region?: string;
  /** Availability Zone of the interface. */
  readonly azId?: string;
  /** `wavelength`, `outpost` or `localzone`. */
  readonly sublocationType?: string;
  /** Id of the sublocation. */
  readonly sublocationId?: string;
  /** AWS service of the packets' source address, such as `S3`. */
  readonly pktSrcAwsService?: string;
  /** AWS service of the packets' destination address. */
  readonly pktDstAwsService?: string;
  /** `ingress` or `egress`. */
  readonly flowDirection?: string;
  /** Number of the path that egress traffic takes, such as 8 for an internet gateway. */
  readonly trafficPath?: number;
  /** ARN of the ECS cluster. */
  readonly ecsClusterArn?: string;
  /** Name of the ECS cluster. */
  readonly ecsClusterName?: string;
  /** ARN of the ECS container instance. */
  readonly ecsContainerInstanceArn?: string;
  /** Id of the ECS container instance. */
  readonly ecsContainerInstanceId?: string;
  /** Docker id of the first container. */
  readonly ecsContainerId?: string;
  /** Docker id of the second container. */
  readonly ecsSecondContainerId?: string;
  /** Name of the ECS service. */
  readonly ecsServiceName?: string;
  /** ARN of the ECS task definition. */
  readonly ecsTaskDefinitionArn?: string;
  /** ARN of the ECS task. */
  readonly ecsTaskArn?: string;
  /** Id of the ECS task. */
  readonly ecsTaskId?: string;
  /** Why traffic was rejected, such as `BPA`. */
  readonly rejectReason?: string;
  /** Id of the regional NAT gateway. */
  readonly resourceId?: string;
  /** Number that says how the traffic is encrypted. */
  readonly encryptionStatus?: number;
  /** Fields that are not known here, by the name that the header has for them, as text. */
  readonly unknown?: Readonly<Record<string, string>>;
}
